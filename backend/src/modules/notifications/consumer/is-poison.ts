import { blamesValues } from '../../../outbox/index.ts'
import { NotUnderstood } from '../catalogue/event-kind.ts'

/** Whether the event itself is what fails, and would fail again. */
export function isPoison(error: unknown): boolean {
  if (blamesValues(error) === true) return true
  return error instanceof NotUnderstood || error instanceof TypeError || error instanceof RangeError
}
