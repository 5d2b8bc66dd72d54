// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for; no text of PostgreSQL holds it
const NUL = /\u0000/gu

/** What a container says, as it can be kept: a NUL becomes the sign for it. */
export function plainText(text: string): string {
  return text.replace(NUL, '\u2400')
}
