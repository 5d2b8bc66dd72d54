import { ExecutionFailed } from '../../../ports/execution.ts'

/** Why a step fails beside what its containers fail for; stable reasons. */
export type StepFailure =
  | 'ALGORITHM_REVOKED'
  | 'DATASET_UNAVAILABLE'
  | 'FILE_UNAVAILABLE'
  | 'INPUT_MISSING'
  | 'TOO_MANY_INPUT_FILES'
  | 'FAN_OUT_EMPTY'
  | 'FAN_OUT_TOO_LARGE'
  | 'RESULT_INFECTED'
  | 'RESULT_NOT_SCANNED'
  | 'RESULT_NOT_STORED'
  | 'EXECUTION_DURATION_EXCEEDED'

/** @param transient whether another try may do better; default: it does not */
export function stepFailed(reason: StepFailure, message: string, transient = false): ExecutionFailed {
  return new ExecutionFailed(reason, message, transient)
}
