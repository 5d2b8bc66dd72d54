/** Text that the database takes: without NUL, and without halves of characters, which UTF-8 has no form for. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
