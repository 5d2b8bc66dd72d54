import { TextDecoder } from 'node:util'
import { csvReader } from './csv-reader.ts'
import { type FixFileFormat, formatOf } from './file-format.ts'
import type { FixColumn, FixFileReader, FixRow, RejectedRow, RowReceiver } from './fix-row.ts'
import { geojsonReader } from './geojson-reader.ts'
import { gpxReader } from './gpx-reader.ts'
import { begun, gunzipped } from './gunzipped.ts'
import { ndjsonReader } from './ndjson-reader.ts'
import { decoderOf } from './text-encoding.ts'
import { timeReader } from './time-reader.ts'

const readers = {
  GPX: gpxReader,
  GEOJSON: geojsonReader,
  CSV: csvReader,
  NDJSON: ndjsonReader,
} satisfies Record<
  FixFileFormat,
  (receiver: RowReceiver, readTime: ReturnType<typeof timeReader>) => FixFileReader
>

/** What the first of it tells the format by. */
const SAMPLE_BYTES = 4096
/** Some thousand rows: what is read of them before they are written. */
const PIECE_BYTES = 64 * 1024

export interface FixFileOptions {
  readonly fileName: string
  /** Undefined: by its content and name. */
  readonly format: FixFileFormat | undefined
  /** IANA name, of times that tell no zone; empty for UTC. */
  readonly timeZone: string
  onFormat(format: FixFileFormat): void
}

export interface RowPiece {
  /** In the order of the file; each kind by itself. */
  readonly rows: readonly FixRow[]
  readonly rejections: readonly RejectedRow[]
  nameOf(column: FixColumn): string
}

/**
 * Reads a file of fixes while it comes, and gives its rows piece by piece; the next piece is read when it is asked
 * for. Holds one piece and one row.
 *
 * @throws FixFileError when the file cannot be read any further; what was read before has been given
 */
export async function* readFixFile(
  bytes: AsyncIterable<Buffer>,
  options: FixFileOptions,
): AsyncGenerator<RowPiece, void> {
  const { first, all } = await begun(gunzipped(bytes), SAMPLE_BYTES)
  const decoder = decoderOf(first)
  const sample = new TextDecoder(decoder.encoding).decode(first, { stream: true })
  const told = formatOf(options.fileName, sample)
  const format = options.format ?? told
  options.onFormat(format)
  let rows: FixRow[] = []
  let rejections: RejectedRow[] = []
  const receiver: RowReceiver = {
    take: (row) => rows.push(row),
    reject: (row) => rejections.push(row),
  }
  const reader = readers[format](receiver, timeReader(options.timeZone))
  const taken = (): RowPiece => {
    const piece = { rows, rejections, nameOf: (column: FixColumn) => reader.nameOf(column) }
    rows = []
    rejections = []
    return piece
  }
  try {
    for await (const chunk of all)
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        reader.push(decoder.decode(chunk.subarray(start, start + PIECE_BYTES), { stream: true }))
        if (rows.length > 0 || rejections.length > 0) yield taken()
      }
    const rest = decoder.decode()
    if (rest !== '') reader.push(rest)
    reader.end()
  } catch (error) {
    // What was read before stands.
    if (rows.length > 0 || rejections.length > 0) yield taken()
    throw error
  }
  if (rows.length > 0 || rejections.length > 0) yield taken()
}
