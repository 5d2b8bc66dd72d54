import { randomBytes } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

/** Text that stands nowhere else, so that it is known wherever it turns up. */
export function marker(): Buffer<ArrayBuffer> {
  return Buffer.from(`marker ${randomBytes(24).toString('hex')}`)
}

export interface ZipEntry {
  readonly name: string
  readonly content: Buffer
  readonly deflated?: boolean
  /** Says that a password is needed. */
  readonly encrypted?: boolean
}

/** PKWARE APPNOTE 4.3: local headers with content, the central directory, and its end. */
export function zip(entries: readonly ZipEntry[]): Buffer<ArrayBuffer> {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, deflated = false, encrypted = false } of entries) {
    const packed = deflated ? deflateRawSync(content) : content
    // The twelve bytes before what is encrypted, APPNOTE 6.1.3.
    const stored = encrypted ? Buffer.concat([randomBytes(12), packed]) : packed
    const bytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(encrypted ? 1 : 0, 2)
    common.writeUInt16LE(deflated ? 8 : 0, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(stored.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), common, bytes, stored)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, bytes)
    offset += 4 + common.length + bytes.length + stored.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}

/** A picture of one pixel. */
export function png(): Buffer<ArrayBuffer> {
  return Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
}

/** A page without anything on it. */
export function pdf(): Buffer<ArrayBuffer> {
  return Buffer.from(
    [
      '%PDF-1.4',
      '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
      '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj',
      'trailer<</Root 1 0 R>>',
      '%%EOF',
      '',
    ].join('\n'),
  )
}
