import { TextDecoder } from 'node:util'
import { FixFileError } from './fix-file-error.ts'

const declared = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/

/**
 * The encoding that the first bytes tell: by a byte order mark, by the zeros of UTF-16, or in an XML declaration;
 * UTF-8 otherwise. The decoder takes a byte order mark away, and puts U+FFFD for what is not of the encoding.
 */
export function decoderOf(first: Buffer): TextDecoder {
  const label = labelOf(first)
  try {
    return new TextDecoder(label)
  } catch (cause) {
    throw new FixFileError(`The file is in ${label}, which is not known here: save it as UTF-8.`, { cause })
  }
}

function labelOf(first: Buffer): string {
  const [a, b] = first
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0 && b !== 0) return 'utf-16be'
  if (a !== 0 && b === 0) return 'utf-16le'
  return declared.exec(first.toString('latin1'))?.[1]?.toLowerCase() ?? 'utf-8'
}
