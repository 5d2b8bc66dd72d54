import { buffer } from 'node:stream/consumers'
import type { ByteSource } from '../../fits/index.ts'
import { ObjectNotFound, type Objects } from '../../ports/objects.ts'

// Reading through a gap is cheaper than asking a store twice.
const MERGE_GAP_BYTES = 64 << 10

/** Ranges of a stored object. Throws ObjectNotFound. */
export async function openObjectByteSource(objects: Objects, key: string): Promise<ByteSource> {
  const info = await objects.head(key)
  if (info === undefined) throw new ObjectNotFound(key)
  return {
    sizeBytes: info.sizeBytes,
    mergeGapBytes: MERGE_GAP_BYTES,
    async read(offset, length, signal) {
      signal?.throwIfAborted()
      if (length === 0) return new Uint8Array(0)
      return await buffer(await objects.get(key, { start: offset, end: offset + length }))
    },
    close: () => Promise.resolve(),
  }
}
