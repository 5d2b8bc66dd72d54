/** What its user can do about an upload that has stopped. */
export type Remedy =
  /** Try again as it is. */
  | 'again'
  /** Choose the file again: what was chosen cannot be read any more. */
  | 'file'
  /** Begin anew: the server has given this upload up. */
  | 'anew'
  /** Nothing: the server does not take this file. */
  | 'none'

/** Why an upload has stopped, in a sentence. */
export class UploadFailure extends Error {
  override readonly name = 'UploadFailure'
  readonly remedy: Remedy

  constructor(message: string, remedy: Remedy, cause?: unknown) {
    super(message, { cause })
    this.remedy = remedy
  }
}
