import { rename, rm } from 'node:fs/promises'
import {
  encodedHeaderBytes,
  encodeHeader,
  OnesComplementSum,
  openFileCutoutSink,
} from '@fairlead/backend/fits'

const BLOCK_BYTES = 2880

/**
 * Writes a FITS image a block of rows at a time, under a temporary name that becomes the real one when it is whole.
 * `rows` yields big-endian pixels, whole rows in order.
 */
export async function writeImage(
  path: string,
  cards: readonly string[],
  rows: Iterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.part`
  try {
    const sink = await openFileCutoutSink(temporary)
    try {
      const sum = new OnesComplementSum()
      let position = encodedHeaderBytes(cards.length)
      for (const bytes of rows) {
        sum.add(bytes)
        await sink.write(position, bytes)
        position += bytes.length
      }
      const padding = (BLOCK_BYTES - (position % BLOCK_BYTES)) % BLOCK_BYTES
      if (padding > 0) await sink.write(position, new Uint8Array(padding))
      await sink.write(0, encodeHeader(cards, sum.value()))
    } finally {
      await sink.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
