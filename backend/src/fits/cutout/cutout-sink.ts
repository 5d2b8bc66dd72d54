import { closeSync, openSync, writeSync } from 'node:fs'
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

export interface FileCutoutSinkOptions {
  /** Write on the calling thread: for processes that do nothing else meanwhile, as in openFileByteSource. Default false. */
  blocking?: boolean
}

/** Creates or replaces a local file. Rejects with what the file system throws (ENOSPC, EACCES). */
export async function openFileCutoutSink(
  path: string,
  options: FileCutoutSinkOptions = {},
): Promise<FileCutoutSink> {
  if (options.blocking) return blockingSink(path)
  const handle = await open(path, 'w')
  return {
    write: (position, bytes) => writeFully(handle, bytes, position),
    close: () => handle.close(),
  }
}

function blockingSink(path: string): FileCutoutSink {
  const descriptor = openSync(path, 'w')
  return {
    write: async (position, bytes) => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
      }
    },
    close: async () => {
      closeSync(descriptor)
    },
  }
}
