import { closeSync, fstatSync, openSync, read as readCallback, readSync } from 'node:fs'
import { FitsError } from '../fits-error.ts'
import type { ByteRange, ByteSource } from './byte-source.ts'

export interface FileByteSourceOptions {
  /**
   * Read on the calling thread. Several times faster for many small ranges of a cached file, but it holds up
   * the event loop while the disk works: for processes that do nothing else meanwhile. Default false.
   */
  blocking?: boolean
}

/** Reads in flight at a time; libuv has four threads for them by default. */
const CONCURRENCY = 8

/** Opens a local file. Throws what the file system throws (ENOENT, EACCES). */
export function openFileByteSource(path: string, options: FileByteSourceOptions = {}): ByteSource {
  const descriptor = openSync(path, 'r')
  const sizeBytes = fstatSync(descriptor).size
  let open = true
  const fill = options.blocking
    ? (range: ByteRange) => Promise.resolve(fillNow(descriptor, range, path))
    : (range: ByteRange) => fillLater(descriptor, range, path)
  return {
    sizeBytes,
    read: async (offset, length, signal) => {
      signal?.throwIfAborted()
      const target = Buffer.allocUnsafeSlow(length)
      await fill({ offset, target })
      return target
    },
    readMany: async (ranges, signal) => {
      signal?.throwIfAborted()
      if (options.blocking) {
        for (const range of ranges) fillNow(descriptor, range, path)
        return
      }
      let next = 0
      const work = async (): Promise<void> => {
        for (let range = ranges[next++]; range; range = ranges[next++]) {
          signal?.throwIfAborted()
          await fillLater(descriptor, range, path)
        }
      }
      await Promise.all(Array.from({ length: Math.min(CONCURRENCY, ranges.length) }, work))
    },
    close: async () => {
      if (open) closeSync(descriptor)
      open = false
    },
  }
}

function fillNow(descriptor: number, range: ByteRange, path: string): void {
  const { target, offset } = range
  for (let done = 0; done < target.length; ) {
    const count = readSync(descriptor, target, done, target.length - done, offset + done)
    if (count === 0) throw endOfFile(path, offset + target.length)
    done += count
  }
}

function fillLater(descriptor: number, range: ByteRange, path: string): Promise<void> {
  const { target, offset } = range
  return new Promise((resolve, reject) => {
    const step = (done: number): void => {
      if (done === target.length) {
        resolve()
        return
      }
      readCallback(descriptor, target, done, target.length - done, offset + done, (error, count) => {
        if (error) reject(error)
        else if (count === 0) reject(endOfFile(path, offset + target.length))
        else step(done + count)
      })
    }
    step(0)
  })
}

function endOfFile(path: string, wanted: number): FitsError {
  return new FitsError('TRUNCATED', `${path} ends before byte ${wanted}. Copy the file again.`)
}
