import { type FileHandle, open } from 'node:fs/promises'
import { finished, type Readable, Writable } from 'node:stream'
import { finished as ended } from 'node:stream/promises'

/** What waits to be written while the disk is slower than the network; then the network waits. */
const WAITING_BYTES = 1 << 20

/**
 * Writes a new file, and ends when it is on the disk. Takes the chunks for itself: their memory is freed as soon as they
 * are written. Left to the garbage collector, the blocks that a network reads make it go through the whole heap for every
 * few of them.
 */
export class PartFile extends Writable {
  readonly #path: string
  #file: FileHandle | undefined
  bytesWritten = 0

  constructor(path: string) {
    super({ highWaterMark: WAITING_BYTES, decodeStrings: true })
    this.#path = path
  }

  /**
   * Resolves when all of the content is on the disk. The content is not destroyed when the disk refuses it, as pipeline()
   * does: whoever sends it is to read why.
   */
  async take(content: Readable, signal?: AbortSignal): Promise<void> {
    const release = finished(content, { writable: false }, (error) => {
      if (error) this.destroy(error)
    })
    const stop = () => this.destroy(signal?.reason)
    signal?.addEventListener('abort', stop)
    try {
      signal?.throwIfAborted()
      content.pipe(this)
      await ended(this)
    } finally {
      signal?.removeEventListener('abort', stop)
      release()
    }
  }

  override _construct(done: (error?: Error | null) => void): void {
    open(this.#path, 'wx', 0o600).then((file) => {
      this.#file = file
      done()
    }, done)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#append([chunk]).then(() => done(), done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#append(chunks.map(({ chunk }) => chunk)).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#opened()
      .sync()
      .then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#file === undefined) done(error)
    else this.#file.close().then(() => done(error), done)
  }

  async #append(chunks: Buffer[]): Promise<void> {
    const wanted = chunks.reduce((sum, { length }) => sum + length, 0)
    const { bytesWritten } = await this.#opened().writev(chunks)
    this.bytesWritten += bytesWritten
    // A full disk takes a part of it, and says so when the rest is tried.
    if (bytesWritten < wanted) await this.#append(after(chunks, bytesWritten))
    else for (const { buffer, byteLength } of chunks) if (buffer.byteLength === byteLength) free(buffer)
  }

  #opened(): FileHandle {
    if (this.#file === undefined) throw new Error(`${this.#path} is not open`)
    return this.#file
  }
}

function free(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** What is left of the chunks when so many bytes are taken. */
function after(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let skipped = bytes
  const rest: Buffer[] = []
  for (const chunk of chunks) {
    if (skipped < chunk.length) rest.push(chunk.subarray(skipped))
    skipped = Math.max(0, skipped - chunk.length)
  }
  return rest
}
