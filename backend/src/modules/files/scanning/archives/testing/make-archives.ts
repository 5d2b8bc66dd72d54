import { crc32, deflateRawSync } from 'node:zlib'

export interface MadeEntry {
  readonly name: string
  readonly content: Buffer
  /** Default: deflated. */
  readonly method?: 'stored' | 'lzma'
  /** Sizes behind the content, with the descriptor's signature or without. */
  readonly descriptor?: 'signed' | 'bare'
  /** Marked so; the content stays. */
  readonly encrypted?: boolean
  /** In place of its length. */
  readonly saidBytes?: number
  /** In place of what the content becomes. */
  readonly packed?: Buffer
  readonly directoryName?: string
  /** Default: true. */
  readonly inDirectory?: boolean
}

const methods = { stored: 0, deflated: 8, lzma: 14 } as const

/** A zip archive, also one that no program would make. */
export function makeZip(
  entries: readonly MadeEntry[],
  { comment = '' }: { readonly comment?: string } = {},
): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { name, content, method = 'deflated', descriptor, inDirectory = true } = entry
    const packed = entry.packed ?? (method === 'deflated' ? deflateRawSync(content) : content)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE((entry.encrypted ? 1 : 0) | (descriptor === undefined ? 0 : 8), 2)
    fields.writeUInt16LE(methods[method], 4)
    const sizes = Buffer.alloc(12)
    sizes.writeUInt32LE(crc32(content), 0)
    sizes.writeUInt32LE(packed.length, 4)
    sizes.writeUInt32LE(entry.saidBytes ?? content.length, 8)
    if (descriptor === undefined) sizes.copy(fields, 10)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = [Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]
    if (descriptor !== undefined) local.push(Buffer.from(descriptor === 'signed' ? 'PK\x07\x08' : ''), sizes)
    const known = Buffer.from(fields)
    sizes.copy(known, 10)
    const directoryName = Buffer.from(entry.directoryName ?? name)
    known.writeUInt16LE(directoryName.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    if (inDirectory)
      directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), known, place, directoryName)
    parts.push(...local)
    offset += local.reduce((sum, { length }) => sum + length, 0)
  }
  const named = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  const count = Math.min(0xffff, entries.filter(({ inDirectory = true }) => inDirectory).length)
  end.writeUInt16LE(count, 4)
  end.writeUInt16LE(count, 6)
  end.writeUInt32LE(named.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(Buffer.byteLength(comment), 16)
  return Buffer.concat([...parts, named, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)])
}

/** A tar archive in the format ustar. */
export function makeTar(entries: readonly Pick<MadeEntry, 'name' | 'content'>[]): Buffer {
  const blocks = entries.flatMap(({ name, content }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        0', 148)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
