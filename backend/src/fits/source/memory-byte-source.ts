import { FitsError } from '../fits-error.ts'
import type { ByteSource } from './byte-source.ts'

/** A file that is already in memory. */
export function memoryByteSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => {
      if (offset + length > bytes.length) {
        throw new FitsError(
          'TRUNCATED',
          `The file ends at byte ${bytes.length}, before byte ${offset + length}.`,
        )
      }
      return bytes.slice(offset, offset + length)
    },
    close: () => Promise.resolve(),
  }
}
