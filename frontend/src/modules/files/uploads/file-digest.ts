import type { DigestAnswer, DigestOrder } from './digest-worker'

/** SHA-256 of a file in lower-case hexadecimal; rejects with `UnreadableFile` or when it is stopped. */
export type FileDigest = (file: Blob, signal: AbortSignal) => Promise<string>

/** The file was moved, changed or taken away while it was read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** Reads the file in a thread of its own, however large it is. */
export const digestInWorker: FileDigest = (file, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { type: 'module' })
    const onAbort = () => end(() => reject(signal.reason))
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort)
      worker.terminate()
      settle()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    worker.addEventListener('message', ({ data }: MessageEvent<DigestAnswer>) =>
      end(() => (data.kind === 'done' ? resolve(data.sha256) : reject(new UnreadableFile()))),
    )
    worker.addEventListener('error', ({ message }) =>
      end(() => reject(new Error(`The worker that reads the file failed: ${message}`))),
    )
    worker.postMessage({ file } satisfies DigestOrder)
  })
