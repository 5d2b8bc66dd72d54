import type { StepState as StepStateMessage } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'

/** The same words as in the contract. */
export type StepState =
  | 'BLOCKED'
  | 'WAITING'
  | 'STARTING'
  | 'RUNNING'
  | 'COLLECTING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'KEPT'

export type TaskState = 'BLOCKED' | 'WAITING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** Of one run, by state; all 0 while it is not known how many there are. */
export interface ContainerCounts {
  readonly total: number
  readonly waiting: number
  readonly starting: number
  readonly running: number
  readonly collecting: number
  readonly completed: number
  readonly failed: number
}

/**
 * @param current of the run that the task is in, or will go on with: what a run before it left says nothing
 */
export function stepState(
  task: { readonly state: TaskState; readonly kept: boolean },
  current: ContainerCounts,
): StepState {
  switch (task.state) {
    case 'COMPLETED':
      return task.kept ? 'KEPT' : 'COMPLETED'
    case 'RUNNING':
      return runningState(current)
    case 'WAITING':
      // Its worker was lost: what it began goes on until the next one takes it.
      return current.running + current.collecting > 0 ? runningState(current) : 'WAITING'
    case 'BLOCKED':
    case 'FAILED':
    case 'CANCELLED':
      return task.state
    default: {
      const never: never = task.state
      throw new Error(`a task of unknown state ${String(never)}`)
    }
  }
}

function runningState({ total, running, collecting, completed, failed }: ContainerCounts): StepState {
  if (total > 0 && collecting + completed === total) return 'COLLECTING'
  return running + collecting + completed + failed > 0 ? 'RUNNING' : 'STARTING'
}

export function stepStateMessage(state: StepState): StepStateMessage {
  return `STEP_STATE_${state}`
}
