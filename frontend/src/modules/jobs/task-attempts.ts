import type { TaskAttempt } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { formatWholeSeconds } from '../../ui/format-duration'

/** The worker's affair, not the task's. */
const notCounted: ReadonlySet<string> = new Set(['WORKER_LOST', 'RELEASED'])

export function countsAgainstTask(attempt: Pick<TaskAttempt, 'exit'>): boolean {
  return !notCounted.has(attempt.exit?.reason ?? '')
}

/** "2 attempts did not complete it, the last: OUT_OF_MEMORY" */
export function attemptsLabel(attempts: readonly Pick<TaskAttempt, 'exit'>[]): string {
  const last = attempts.at(-1)?.exit?.reason ?? ''
  const count =
    attempts.length === 1
      ? 'An attempt did not complete it'
      : `${attempts.length} attempts did not complete it`
  if (last === '') return count
  return attempts.length === 1 ? `${count}: ${last}` : `${count}, the last: ${last}`
}

/** @param now milliseconds since the epoch */
export function retryLabel(time: Date, now: number): string {
  const aheadMs = time.getTime() - now
  return aheadMs < 1_000 ? 'again at any moment' : `again in ${formatWholeSeconds(aheadMs)}`
}
