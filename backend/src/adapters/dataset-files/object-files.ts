import { buffer } from 'node:stream/consumers'
import { type CurrentFile, DatasetUnavailable, objectLocation } from '../../ports/dataset-files.ts'
import { ObjectNotFound, type Objects } from '../../ports/objects.ts'

/** As much of the store as reading takes. */
export type ObjectReader = Pick<Objects, 'head' | 'get'>

// Reading through a gap is cheaper than asking a store twice.
const MERGE_GAP_BYTES = 256 << 10

export async function openObjectFile(objects: ObjectReader | undefined, key: string): Promise<CurrentFile> {
  if (objects === undefined) throw new DatasetUnavailable('Files of organisations cannot be read here.')
  const found = await objects.head(key)
  if (found === undefined) throw gone()
  const { sizeBytes } = found
  const location = objectLocation(key, sizeBytes)
  const get = async (range?: { start: number; end: number }) => {
    try {
      return await objects.get(key, range)
    } catch (error) {
      throw error instanceof ObjectNotFound ? gone(error) : error
    }
  }
  return {
    location,
    source: {
      sizeBytes,
      mergeGapBytes: MERGE_GAP_BYTES,
      async read(offset, length, signal) {
        signal?.throwIfAborted()
        if (length === 0) return new Uint8Array(0)
        const bytes = await buffer(await get({ start: offset, end: offset + length }))
        if (bytes.length !== length) throw new Error(`${key} ends before byte ${offset + length}`)
        return bytes
      },
      close: async () => undefined,
    },
    stream: () => get(),
  }
}

function gone(cause?: Error): DatasetUnavailable {
  const sentence = 'The file that it was made of is not there any more. Remove the dataset.'
  return new DatasetUnavailable(sentence, cause === undefined ? {} : { cause })
}
