/** Of a text. */
const TEXT_BYTES = 16 * 1024

/** UTF-8, or UTF-16 with a byte order mark; what is neither shows replacement characters. */
export function decodeText(content: Uint8Array): string {
  const [first, second] = content
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(content)
}

export function textPreview(content: Uint8Array, goesOn: boolean): { text: string; truncated: boolean } {
  const beginning = content.subarray(0, TEXT_BYTES)
  const truncated = goesOn || beginning.length < content.length
  // A character that is cut at the end is none.
  const text = decodeText(beginning).replace(truncated ? /\uFFFD+$/ : /$^/, '')
  return { text: text.replaceAll('\u0000', '\uFFFD'), truncated }
}
