import { Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import { rows } from '../sql.ts'

type QueueFigures = Readonly<{
  ready: number
  retrying: number
  running: number
  /** Of the task that has been ready for the longest; 0 when none is. */
  oldestReadyAgeSeconds: number
  /** Of tasks that are run in containers, which are not among those above; by state. */
  containerTasks: Readonly<Record<string, number>>
  /** By phase. */
  jobs: Readonly<Record<string, number>>
  /** By state. */
  workers: Readonly<Record<string, number>>
  slots: number
  containerSlots: number
}>

const JOB_PHASES = ['QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED']
const TASK_STATES = ['ready', 'retrying', 'running']
const WORKER_STATES = ['ACTIVE', 'PAUSED', 'DRAINING']

/**
 * Registers figures of the queue. They are the whole installation's, and the same whichever process tells them: of
 * several the greatest is to be taken, never the sum. What scales workers is fairlead_queue_tasks.
 */
export function queueMetrics(registry: Registry, dataSource: DataSource): void {
  const figures = new SharedFigures<QueueFigures>(dataSource, {
    name: 'queues',
    count: () => countQueue(dataSource),
  })
  const gauge = (name: string, help: string, figureOf: (figures: QueueFigures) => number) =>
    sharedGauge(registry, figures, { name, help, figureOf })
  const gaugeBy = (
    name: string,
    help: string,
    label: string,
    tell: (figures: QueueFigures) => Iterable<readonly [string, number]>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        this.reset()
        const counted = await figures.read()
        if (counted === undefined) return
        for (const [value, figure] of tell(counted)) this.set({ [label]: value }, figure)
      },
    })

  gaugeBy(
    'fairlead_queue_tasks',
    'Tasks of the installation that a worker could take now (ready), wait before another attempt (retrying) or run.',
    'state',
    ({ ready, retrying, running }) => Object.entries({ ready, retrying, running }),
  )
  gauge(
    'fairlead_queue_oldest_ready_task_age_seconds',
    'Seconds since the job of the oldest task that a worker could take was queued; 0 when there is none.',
    ({ oldestReadyAgeSeconds }) => oldestReadyAgeSeconds,
  )
  gaugeBy(
    'fairlead_jobs',
    'Jobs of the installation that have been queued and have not ended, by phase.',
    'phase',
    ({ jobs }) => JOB_PHASES.map((phase) => [phase, jobs[phase] ?? 0] as const),
  )
  gaugeBy(
    'fairlead_queue_workers',
    'Workers of the installation that are alive, by what operators have told them to do.',
    'state',
    ({ workers }) => WORKER_STATES.map((state) => [state, workers[state] ?? 0] as const),
  )
  gauge(
    'fairlead_queue_worker_slots',
    'Tasks that the workers which take tasks can run at a time, in the whole installation.',
    ({ slots }) => slots,
  )
  gaugeBy(
    'fairlead_queue_container_tasks',
    'Tasks in containers that a worker could take now (ready), wait before another attempt (retrying) or run; not among fairlead_queue_tasks.',
    'state',
    ({ containerTasks }) => TASK_STATES.map((state) => [state, containerTasks[state] ?? 0] as const),
  )
  gauge(
    'fairlead_queue_container_slots',
    'Tasks in containers that the workers which take tasks can wait for at a time, in the whole installation.',
    ({ containerSlots }) => containerSlots,
  )
}

interface TaskFigures {
  external: boolean
  ready: number
  oldest: number
  retrying: number
  running: number
}

/** By the partial indices of what waits, runs and has not ended: what has ended costs nothing. */
async function countQueue(dataSource: DataSource): Promise<QueueFigures> {
  const counted = await rows<TaskFigures>(
    dataSource,
    `select kind.external, waiting.ready, waiting.oldest,
       (select count(*)::int from job_tasks
        where state = 'WAITING' and ready_at is not null and external = kind.external) as retrying,
       (select count(*)::int from job_tasks where state = 'RUNNING' and external = kind.external) as running
     from (values (false), (true)) as kind (external) cross join lateral (
       select count(*)::int as ready,
         coalesce(greatest(extract(epoch from now() - min(queued_at)), 0), 0)::double precision as oldest
       from job_tasks
       where state = 'WAITING' and queued_at is not null and ready_at is null and external = kind.external
     ) as waiting`,
    [],
  )
  const tasks = counted.find(({ external }) => !external)
  const containerTasks = counted.find(({ external }) => external)
  const phases = await rows<{ phase: string; jobs: number }>(
    dataSource,
    `select phase, count(*)::int as jobs from jobs
     where phase in ('QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED') and delete_time is null group by phase`,
    [],
  )
  const workers = await rows<{ state: string; workers: number; slots: number; container_slots: number }>(
    dataSource,
    `select state, count(*)::int as workers, sum(concurrency)::int as slots,
       sum(container_slots)::int as container_slots
     from job_workers where lease_expires_at > now() group by state`,
    [],
  )
  const active = workers.find(({ state }) => state === 'ACTIVE')
  return {
    ready: tasks?.ready ?? 0,
    retrying: tasks?.retrying ?? 0,
    running: tasks?.running ?? 0,
    oldestReadyAgeSeconds: tasks?.oldest ?? 0,
    jobs: Object.fromEntries(phases.map(({ phase, jobs }) => [phase, jobs])),
    workers: Object.fromEntries(workers.map(({ state, workers: count }) => [state, count])),
    slots: active?.slots ?? 0,
    containerTasks: {
      ready: containerTasks?.ready ?? 0,
      retrying: containerTasks?.retrying ?? 0,
      running: containerTasks?.running ?? 0,
    },
    containerSlots: active?.container_slots ?? 0,
  }
}
