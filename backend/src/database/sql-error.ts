/** PostgreSQL error codes that the program reacts to (appendix "PostgreSQL Error Codes"). */
export type SqlState = string

/** Of the driver's error or of one that wraps it; undefined for anything else. */
export function sqlState(error: unknown): SqlState | undefined {
  for (let current = error; current instanceof Error; current = current.cause ?? driverError(current)) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code)) {
      return current.code
    }
  }
  return undefined
}

function driverError(error: Error): unknown {
  return 'driverError' in error ? error.driverError : undefined
}
