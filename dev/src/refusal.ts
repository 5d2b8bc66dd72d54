/** A failure whose message is one sentence that tells the reader what to do; shown without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Turns what the operating system says about a file into a Refusal; other errors stay as they are. */
export function fileRefusal(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
      return new Refusal(`The disk that holds ${path} is full; free some space (about 1 GB) and start again.`)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Refusal(
        `${path} cannot be written by this user; make it writable or set FAIRLEAD_HOME to a folder of yours.`,
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new Refusal(`${path} is not a folder; remove it or set FAIRLEAD_HOME to a folder of yours.`)
    default:
      return error
  }
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
