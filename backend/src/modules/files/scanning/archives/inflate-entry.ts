import { createInflateRaw } from 'node:zlib'
import { refused } from './archive-refused.ts'
import type { ByteReader } from './byte-reader.ts'
import { UNPACKED_BYTES } from './unpacked-bytes.ts'

/** What a deflated entry holds. Afterwards the reader stands behind its last byte, wherever that was said to be. */
export async function* inflateEntry(reader: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  const inflate = createInflateRaw({ chunkSize: UNPACKED_BYTES })
  const feeding = feed(reader, inflate)
  feeding.catch((error: unknown) => inflate.destroy(error instanceof Error ? error : refused.damaged()))
  try {
    for await (const chunk of inflate) yield chunk
    await feeding
  } catch (error) {
    throw isOfZlib(error) ? refused.damaged() : error
  } finally {
    inflate.destroy()
  }
}

/** Until zlib has what it wants: its end is known from that it leaves bytes over. */
async function feed(reader: ByteReader, inflate: ReturnType<typeof createInflateRaw>): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<false>()
  inflate.once('end', () => end(false))
  inflate.once('close', () => end(false))
  for (;;) {
    const chunk = await reader.available()
    if (chunk === undefined) throw refused.damaged()
    const before = inflate.bytesWritten
    const taken = new Promise<boolean>((resolve, reject) => {
      ended.then(resolve, reject)
      inflate.write(chunk, (error) => (error == null ? resolve(true) : reject(error)))
    })
    const more = await taken
    reader.advance(inflate.bytesWritten - before)
    if (!more) return
  }
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
