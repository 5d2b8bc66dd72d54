import type { Scanner } from '../../../ports/scanner.ts'

/** For operators who scan elsewhere, or not at all: everything stays UNSCANNED, and is shown so. */
export function createDisabledScanner(): Scanner {
  return {
    enabled: false,
    // Read to its end all the same: others may listen, for a digest.
    async scan({ content, signal, onProgress }) {
      let bytes = 0
      for await (const chunk of content) {
        signal?.throwIfAborted()
        bytes += chunk.length
        onProgress?.(bytes)
      }
      return { state: 'UNSCANNED', signature: '', engine: '', signatureVersion: '' }
    },
    version: async () => undefined,
  }
}
