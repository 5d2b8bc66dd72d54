import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** What the worker is given: a file to read to its end. */
export interface DigestOrder {
  readonly file: Blob
}

/** What the worker answers. */
export type DigestAnswer =
  | { readonly kind: 'done'; readonly sha256: string }
  /** The file could not be read, or not to its end. */
  | { readonly kind: 'unreadable' }

async function digest(file: Blob): Promise<DigestAnswer> {
  const hash = sha256.create()
  const reader = file.stream().getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { kind: 'done', sha256: bytesToHex(hash.digest()) }
      hash.update(value)
    }
  } catch {
    return { kind: 'unreadable' }
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DigestOrder>) => {
  void digest(data.file).then((answer) => self.postMessage(answer))
})
