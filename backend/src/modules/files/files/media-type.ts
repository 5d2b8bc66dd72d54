import { fileTypeFromBuffer } from 'file-type'

/** Of the beginning of a file, which is enough for its type. */
export const SNIFFED_BYTES = 65_536

const UNKNOWN = 'application/octet-stream'
const FITS_MAGIC = Buffer.from('SIMPLE  =')

/** Kinds of text, which nothing but the name tells apart. */
const textTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  md: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  py: 'text/x-python',
  yaml: 'application/yaml',
  yml: 'application/yaml',
}

/**
 * The type of a file by its content. The name only tells kinds of text apart, which are all text to a reader.
 *
 * @param beginning the first SNIFFED_BYTES of it, or all
 */
export async function mediaTypeOf(beginning: Uint8Array, name: string): Promise<string> {
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength)
  if (isFits(bytes)) return 'image/fits'
  const known = await fileTypeFromBuffer(beginning)
  if (known !== undefined) return known.mime
  if (!isText(bytes)) return UNKNOWN
  const extension = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const type = textTypes[extension] ?? 'text/plain'
  if (type === 'application/json' && !/^\s*[[{"\d\-tfn]/.test(bytes.subarray(0, 1000).toString('latin1'))) {
    return 'text/plain'
  }
  return type
}

/** FITS Standard 4.0, section 4.4.1.1: the first card is SIMPLE, a logical value in column 30. */
function isFits(bytes: Buffer): boolean {
  return bytes.length >= 80 && bytes.subarray(0, FITS_MAGIC.length).equals(FITS_MAGIC)
}

/** UTF-8 without control characters but those that lay out text. A character may be cut off at the end. */
function isText(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what text does not have
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text)
  } catch {
    return false
  }
}
