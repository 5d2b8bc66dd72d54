/** The API server is not reached, or went away in the middle. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable'
}

/** The API server answered with an error. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused'
  /** Of HTTP. */
  readonly code: number
  /** Such as "AlreadyExists". */
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message === '' ? `The API server answered ${code}.` : message)
    this.code = code
    this.reason = reason
  }
}

/** Of HTTP: the server is overloaded, starts or stops, or one behind it does. */
const passing = new Set([408, 429, 500, 502, 503, 504])

/** Whether the same request may do later. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiUnreachable || (error instanceof ApiRefused && passing.has(error.code))
}

export function isRefused(error: unknown, code: number): error is ApiRefused {
  return error instanceof ApiRefused && error.code === code
}
