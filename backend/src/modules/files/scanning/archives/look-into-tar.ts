import { refused } from './archive-refused.ts'
import type { ByteReader } from './byte-reader.ts'
import type { Look } from './look.ts'
import { isTarHeader, paxSize, readTarHeader, TAR_BLOCK_BYTES } from './tar-header.ts'

/** More of pax's records than a file can need. */
const PAX_MAX_BYTES = 1024 * 1024

/** Each file in it, in its order; what follows its end is only read. */
export async function lookIntoTar(reader: ByteReader, look: Look): Promise<void> {
  let nextSize: number | undefined
  for (;;) {
    const block = await reader.read(TAR_BLOCK_BYTES)
    if (block === undefined || !isTarHeader(block)) break
    const header = readTarHeader(block)
    if (header === undefined) throw refused.damaged()
    look.entry()
    let { extended } = header
    while (extended) {
      const more = await reader.read(TAR_BLOCK_BYTES)
      if (more === undefined) throw refused.damaged()
      extended = more[504] !== 0
    }
    // A directory's or a link's size, should one be given, is of nothing that follows.
    const sizeBytes = '123456'.includes(header.type) ? 0 : (nextSize ?? header.sizeBytes)
    if (header.type === 'x' || header.type === 'g') {
      if (header.sizeBytes > PAX_MAX_BYTES) throw refused.damaged()
      const records = await reader.read(header.sizeBytes)
      if (records === undefined) throw refused.damaged()
      const size = paxSize(records.toString('utf8'))
      if (header.type === 'x') nextSize = size
      await skip(reader, padding(header.sizeBytes))
      continue
    }
    nextSize = undefined
    const end = reader.position + sizeBytes
    await look.inside(reader.take(sizeBytes))
    if (reader.position < end) throw refused.damaged()
    await skip(reader, padding(sizeBytes))
  }
  await skip(reader, Number.POSITIVE_INFINITY)
}

function padding(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES
}

async function skip(reader: ByteReader, bytes: number): Promise<void> {
  for await (const _ of reader.take(bytes));
}
