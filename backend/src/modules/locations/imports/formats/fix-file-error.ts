/** The file as a whole cannot be read, or not any further. Its message is for the person who sent it. */
export class FixFileError extends Error {
  override readonly name = 'FixFileError'
}
