import { type FileHandle, open } from 'node:fs/promises'

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
  const handle: FileHandle = await open(path, 'w')
  return {
    write: async (position, bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
    },
    close: () => handle.close(),
  }
}
