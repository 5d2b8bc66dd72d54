import { sqlState } from '../database/index.ts'

/**
 * SQLSTATE classes of failures that the very values caused; PostgreSQL's appendix "Error Codes". With every other
 * one, events wait: they are not to blame.
 */
const valueClasses = new Set(['21', '22', '23', '54'])

/** Whether what was sent to the database is what it refuses; undefined for an error that is not the database's. */
export function blamesValues(error: unknown): boolean | undefined {
  const state = sqlState(error)
  return state === undefined ? undefined : valueClasses.has(state.slice(0, 2))
}
