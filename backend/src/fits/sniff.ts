const SIGNATURES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['gzip data: uncompress it first', [0x1f, 0x8b]],
  ['bzip2 data: uncompress it first', [0x42, 0x5a, 0x68]],
  ['a ZIP archive', [0x50, 0x4b, 0x03, 0x04]],
  ['a TIFF image', [0x49, 0x49, 0x2a, 0x00]],
  ['a TIFF image', [0x4d, 0x4d, 0x00, 0x2a]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46]],
  ['an HTML page', [0x3c, 0x21]],
]

/** What a file that is not FITS seems to be, to say so in an error. */
export function foreignContent(head: Uint8Array): string | undefined {
  if (head.length === 0) return 'an empty file'
  return SIGNATURES.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0]
}
