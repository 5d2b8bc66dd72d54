import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ClaimedTask } from '../queue/claim-tasks.ts'

export type AttemptOutcome =
  | 'completed'
  | 'failed'
  /** Handed back to the queue. */
  | 'released'
  /** Its job had ended, or another worker had the task. */
  | 'lost'

export interface WorkerMetrics {
  began(task: ClaimedTask): void
  ended(task: ClaimedTask, outcome: AttemptOutcome, seconds: number): void
}

export interface WorkerState {
  readonly slots: number
  running(): number
  /** Of tasks that are run elsewhere. */
  readonly containerSlots: number
  runningContainers(): number
}

/** Registers what this worker does. Without a registry it is counted for nobody. */
export function createWorkerMetrics(registry: Registry | undefined, state: WorkerState): WorkerMetrics {
  if (registry === undefined) return { began: () => undefined, ended: () => undefined }
  const registers = [registry]
  new Gauge({
    name: 'fairlead_worker_slots',
    help: 'Tasks that this worker can run at a time.',
    registers,
  }).set(state.slots)
  new Gauge({
    name: 'fairlead_worker_running_tasks',
    help: 'Tasks that this worker holds: running, about to, or being written down as ended.',
    registers,
    collect() {
      this.set(state.running())
    },
  })
  new Gauge({
    name: 'fairlead_worker_container_slots',
    help: 'Tasks in containers that this worker can wait for at a time, beside the others.',
    registers,
  }).set(state.containerSlots)
  new Gauge({
    name: 'fairlead_worker_running_container_tasks',
    help: 'Tasks in containers that this worker waits for, or whose ends are being written down.',
    registers,
    collect() {
      this.set(state.runningContainers())
    },
  })
  const attempts = new Counter({
    name: 'fairlead_task_attempts_total',
    help: 'Attempts of tasks that ended on this worker, by service and outcome.',
    labelNames: ['service', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'fairlead_task_attempt_duration_seconds',
    help: 'Seconds that attempts of tasks took on this worker, until their slot was free again.',
    labelNames: ['service'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
    registers,
  })
  const wait = new Histogram({
    name: 'fairlead_task_queue_wait_seconds',
    help: 'Seconds between the queueing of a job and the first attempt of its task on this worker.',
    labelNames: ['service'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400],
    registers,
  })
  return {
    began({ service, attempt, follows, waitedMs }) {
      // What follows others waits for them, and not for a worker.
      if (attempt === 1 && !follows) wait.observe({ service }, Math.max(0, waitedMs) / 1000)
    },
    ended({ service }, outcome, seconds) {
      attempts.inc({ service, outcome })
      duration.observe({ service }, seconds)
    },
  }
}
