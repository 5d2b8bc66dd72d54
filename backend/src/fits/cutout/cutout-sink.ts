import { open } from 'node:fs/promises'
import { writeFully } from '../source/write-fully.ts'

/** Where a cutout is written. The data come first, from the front on, and the header last: its sums need them. */
export interface CutoutSink {
  /** `bytes` may be used again as soon as the promise resolves. */
  write(position: number, bytes: Uint8Array): Promise<void>
}

export interface FileCutoutSink extends CutoutSink {
  close(): Promise<void>
}

/** Creates or replaces a local file. */
export async function openFileCutoutSink(path: string): Promise<FileCutoutSink> {
  const handle = await open(path, 'w')
  return {
    write: (position, bytes) => writeFully(handle, bytes, position),
    close: () => handle.close(),
  }
}
