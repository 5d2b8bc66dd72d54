import { open, rename, rm } from 'node:fs/promises'
import { encodedHeaderBytes, encodeHeader, OnesComplementSum } from '@fairlead/backend/fits'

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
  const file = await open(temporary, 'w')
  try {
    const sum = new OnesComplementSum()
    let position = encodedHeaderBytes(cards.length)
    for (const bytes of rows) {
      sum.add(bytes)
      await file.write(bytes, 0, bytes.length, position)
      position += bytes.length
    }
    await file.truncate(Math.ceil(position / 2880) * 2880)
    const header = encodeHeader(cards, sum.value())
    await file.write(header, 0, header.length, 0)
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
}
