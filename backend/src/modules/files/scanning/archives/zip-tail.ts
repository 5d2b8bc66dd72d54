import { signatures } from './zip-records.ts'

const END_BYTES = 22
const CENTRAL_BYTES = 46
/** The end of a directory, with its longest comment; APPNOTE.TXT 4.3.16. */
export const ZIP_TAIL_BYTES = END_BYTES + 65_535

const mark = Buffer.alloc(4)
mark.writeUInt32LE(signatures.end)

/** Whether the last bytes of a content are those of a zip archive that names entries, whatever is before them. */
export function endsAsZip(tail: Buffer): boolean {
  for (let at = tail.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(mark, at - 1)) {
    if (at + END_BYTES > tail.length || at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue
    const entries = tail.readUInt16LE(at + 10)
    const directoryBytes = tail.readUInt32LE(at + 12)
    if (entries > 0 && directoryBytes >= entries * CENTRAL_BYTES) return true
  }
  return false
}
