import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FixFileError } from './fix-file-error.ts'

/** Rows of fixes shrink to a tenth; what grows far beyond was made to exhaust its reader. */
const GROWTH_MAX = 200
/** Small files may grow more: they do no harm. */
const FREE_BYTES = 16 * 1024 * 1024

/** The bytes, decompressed where they are gzip (RFC 1952, of any number of members). Holds some chunks at most. */
export async function* gunzipped(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const { first, all } = await begun(bytes, 2)
  const isGzip = first[0] === 0x1f && first[1] === 0x8b
  if (!isGzip) return yield* all
  let compressed = 0
  let plain = 0
  const counted = async function* () {
    for await (const chunk of all) {
      compressed += chunk.length
      yield chunk
    }
  }
  const source = Readable.from(counted(), { objectMode: false })
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      plain += chunk.length
      if (plain > FREE_BYTES + compressed * GROWTH_MAX)
        throw new FixFileError(
          `The file grows to more than ${GROWTH_MAX} times its size when it is decompressed: this is no file of fixes.`,
        )
      yield chunk
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw error
    throw new FixFileError('The file is no whole gzip file: it is damaged, or ends too early.', {
      cause: error,
    })
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

/** Waits for the first bytes, and gives all of them again; what breaks off meanwhile does so after them. */
export async function begun(
  bytes: AsyncIterable<Buffer>,
  size: number,
): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]()
  let first: Buffer = Buffer.alloc(0)
  let next: Promise<IteratorResult<Buffer>> = iterator.next()
  while (first.length < size) {
    const result = await next.catch(() => undefined)
    if (result === undefined || result.done === true) break
    first = Buffer.concat([first, result.value])
    next = iterator.next()
    // Whoever reads on is told.
    next.catch(() => undefined)
  }
  if (first.length === 0) await next
  const all = async function* () {
    try {
      if (first.length > 0) yield first
      for (let result = await next; result.done !== true; result = await iterator.next()) yield result.value
    } finally {
      await iterator.return?.()
    }
  }
  return { first, all: all() }
}
