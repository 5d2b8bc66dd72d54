import type { Phase } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type {
  ResourceUse,
  RunStep,
  StepContainer,
  WorkflowRun,
} from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { JobRecord } from '../../jobs/index.ts'
import { durationMessage } from '../duration.ts'
import type { ContainerRecord, StepRecord, Use } from './run-store.ts'
import { type StepState, stepState, stepStateMessage } from './step-state.ts'

export function runMessage(job: JobRecord, steps: readonly StepRecord[], slug: string): WorkflowRun {
  const phase: Phase = `PHASE_${job.phase}`
  const names = new Map(steps.map(({ index, name }) => [index, name]))
  return {
    name: jobName(slug, job.id),
    phase,
    workflow: steps[0]?.workflow ?? askedFor(job),
    steps: inOrder(steps).map((step) => stepMessage(step, names)),
    version: job.version,
    retryOf: job.retryOf === undefined ? '' : jobName(slug, job.retryOf),
  }
}

/** Of a run that is not planned yet. */
function askedFor({ parameters }: JobRecord): string {
  return parameters.find(({ name }) => name === 'WORKFLOW' || name === 'ALGORITHM')?.value ?? ''
}

function jobName(slug: string, jobId: string): string {
  return `organizations/${slug}/jobs/${jobId}`
}

/** Each after those that it needs; among equals in the order of the plan. */
function inOrder(steps: readonly StepRecord[]): StepRecord[] {
  const ordered: StepRecord[] = []
  const placed = new Set<number>()
  let left = [...steps]
  while (left.length > 0) {
    const next = left.find(({ needs }) => needs.every((index) => placed.has(index))) ?? left[0]
    if (next === undefined) break
    ordered.push(next)
    placed.add(next.index)
    left = left.filter((step) => step !== next)
  }
  return ordered
}

function stepMessage(step: StepRecord, names: ReadonlyMap<number, string>): RunStep {
  const state = stepState(step, step.current)
  const { total, waiting, starting, running, collecting, completed, failed } = step.containers
  // What is stopped with its job is so at once, though it takes a moment to be written of each container.
  const open = state === 'FAILED' || state === 'CANCELLED' ? 0 : 1
  return {
    name: step.name,
    task: step.index,
    needs: step.needs.map((index) => names.get(index) ?? ''),
    algorithm: step.algorithm,
    environment: step.environment === '' ? '' : `environments/${step.environment}`,
    state: stepStateMessage(state),
    stateMessage: waits(state) ? step.waitingMessage : '',
    containers: {
      total,
      waiting: open * (waiting + starting),
      running: open * (running + collecting),
      completed,
      failed,
    },
    startTime: step.startTime,
    endTime: step.endTime,
    error: step.error === undefined ? undefined : { ...step.error },
    use: useMessage(step.use),
    attempts: step.attempts,
  }
}

/** Containers of a step that runs may wait for room, too, and what was made for its scan. */
function waits(state: StepState): boolean {
  return state === 'STARTING' || state === 'RUNNING' || state === 'COLLECTING'
}

/** @param showsNode whether the reader is told where it ran */
export function containerMessage(container: ContainerRecord, showsNode: boolean): StepContainer {
  return {
    number: container.number,
    state: stepStateMessage(container.state),
    over: container.over,
    startTime: container.startTime,
    endTime: container.endTime,
    exitCode: container.exitCode,
    error: container.error === undefined ? undefined : { ...container.error },
    use: useMessage(container.use),
    node: showsNode ? container.node : '',
  }
}

function useMessage(use: Use): ResourceUse {
  return {
    containerTime: durationMessage(Math.round(use.seconds * 1000)),
    cpuSeconds: use.cpuSeconds,
    peakMemoryBytes: BigInt(use.peakMemoryBytes),
    inputBytes: BigInt(use.inputBytes),
    outputBytes: BigInt(use.outputBytes),
  }
}
