/** A failure of the protocol itself, below the rules that a DomainError speaks of. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    reason: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.reason = reason
    this.headers = headers
  }
}

export const notFound = (message = 'There is nothing at this address.') =>
  new HttpError(404, 'NOT_FOUND', message)

export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  new HttpError(405, 'METHOD_NOT_ALLOWED', `${method} has no meaning here: use ${allowed.join(' or ')}.`, {
    allow: allowed.join(', '),
  })

export const tooLarge = (message: string) => new HttpError(413, 'TOO_LARGE', message)

export const unsupportedMediaType = (message: string) =>
  new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', message, { accept: acceptedForms })

const acceptedForms = 'application/x-www-form-urlencoded, multipart/form-data'
