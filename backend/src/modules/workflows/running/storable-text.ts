/** Of what people are told of a container or a step. */
const MAX_CHARACTERS = 2_000

/** Text that the database takes: without NUL, without halves of characters, and not too long. */
export function storableText(text: string): string {
  return text.slice(0, MAX_CHARACTERS).toWellFormed().replaceAll('\0', '\uFFFD')
}
