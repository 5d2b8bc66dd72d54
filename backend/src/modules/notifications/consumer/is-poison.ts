import { sqlState } from '../../../database/index.ts'
import { NotUnderstood } from '../catalogue/event-kind.ts'

/**
 * SQLSTATE classes of failures that the very values caused; PostgreSQL's appendix "Error Codes". With every other
 * one, and without a database, events wait: they are not to blame.
 */
const valueClasses = new Set(['21', '22', '23', '54'])

/** Whether the event itself is what fails, and would fail again. */
export function isPoison(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined && valueClasses.has(state.slice(0, 2))) return true
  return error instanceof NotUnderstood || error instanceof TypeError || error instanceof RangeError
}
