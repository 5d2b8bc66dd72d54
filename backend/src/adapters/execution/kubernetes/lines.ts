import type { Readable } from 'node:stream'

const NEWLINE = 0x0a
/** Put after what a line was cut at. */
const CUT = ' [cut]'

/**
 * Lines of UTF-8 without their ends, as they come; what is none reads as U+FFFD. One that is longer than the limit is
 * cut, however long it is; nothing more than that is kept of it.
 */
export async function* lines(source: Readable, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let size = 0
  let cut = false
  const take = (piece: Buffer) => {
    const room = maxBytes - size
    if (piece.length > room) cut = true
    if (room <= 0 || piece.length === 0) return
    const kept = piece.subarray(0, room)
    parts.push(kept)
    size += kept.length
  }
  const finish = (): string => {
    const line = Buffer.concat(parts).toString('utf8') + (cut ? CUT : '')
    parts = []
    size = 0
    cut = false
    return line
  }
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end))
      yield finish()
      start = end + 1
    }
    take(chunk.subarray(start))
  }
  if (size > 0) yield finish()
}
