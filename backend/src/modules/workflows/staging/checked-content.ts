import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { StagingRefused } from './staging-refused.ts'

export interface PromisedContent {
  readonly sizeBytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

/**
 * Passes content on and fails at its end when it is not what was promised, before whoever stores it takes it for whole.
 * Keeps the beginning, for its type.
 */
export class CheckedContent extends Transform {
  readonly #promised: PromisedContent
  readonly #beginningBytes: number
  readonly #hash = createHash('sha256')
  readonly #beginning: Buffer[] = []
  #kept = 0
  #sizeBytes = 0

  constructor(promised: PromisedContent, beginningBytes: number) {
    super()
    this.#promised = promised
    this.#beginningBytes = beginningBytes
  }

  get beginning(): Uint8Array {
    return Buffer.concat(this.#beginning)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk)
    this.#sizeBytes += chunk.length
    if (this.#kept < this.#beginningBytes) {
      const kept = chunk.subarray(0, this.#beginningBytes - this.#kept)
      this.#beginning.push(kept)
      this.#kept += kept.length
    }
    done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    const { sizeBytes, sha256 } = this.#promised
    if (this.#sizeBytes !== sizeBytes) {
      const sentence = `${this.#sizeBytes} bytes arrived of ${sizeBytes}. Send the file again.`
      done(new StagingRefused(400, 'WRONG_LENGTH', sentence))
    } else if (this.#hash.digest('hex') !== sha256) {
      const sentence = 'What arrived has another SHA-256 than X-Content-SHA256 says. Send the file again.'
      done(new StagingRefused(400, 'WRONG_DIGEST', sentence))
    } else done()
  }
}
