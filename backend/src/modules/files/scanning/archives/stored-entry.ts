import { refused } from './archive-refused.ts'
import type { ByteReader } from './byte-reader.ts'
import { signatures } from './zip-records.ts'

/** Longest descriptor that says where an entry ended, with its signature. */
const DESCRIPTOR_BYTES = 24
const PIECE_BYTES = 64 * 1024

const mark = Buffer.alloc(4)
mark.writeUInt32LE(signatures.descriptor)

/**
 * What an entry holds whose size follows it and that is not deflated: up to the first descriptor that says just as
 * many bytes as there were before it. Afterwards the reader stands before that.
 */
export async function* storedEntry(reader: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  const begin = reader.position
  for (;;) {
    const bytes = await reader.peek(PIECE_BYTES + DESCRIPTOR_BYTES)
    if (bytes.length < 12) throw refused.damaged()
    const isLast = bytes.length < PIECE_BYTES + DESCRIPTOR_BYTES
    for (let at = bytes.indexOf(mark); at >= 0 && at < PIECE_BYTES; at = bytes.indexOf(mark, at + 1)) {
      if (!saysSize(bytes.subarray(at), reader.position - begin + at)) continue
      const found = Buffer.from(bytes.subarray(0, at))
      reader.advance(at)
      yield found
      return
    }
    if (isLast) throw refused.damaged()
    const piece = bytes.subarray(0, PIECE_BYTES)
    reader.advance(PIECE_BYTES)
    yield piece
  }
}

function saysSize(descriptor: Buffer, bytes: number): boolean {
  if (descriptor.length >= 16 && descriptor.readUInt32LE(8) === bytes) return true
  return descriptor.length >= DESCRIPTOR_BYTES && Number(descriptor.readBigUInt64LE(8)) === bytes
}
