import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import { csvFile } from './csv-file.ts'
import type { Table } from './table.ts'
import { xlsxFile } from './xlsx-file.ts'

export type ExportFormat = 'CSV' | 'XLSX'

const contentTypes: Readonly<Record<ExportFormat, string>> = {
  // "header=present": RFC 7111.
  CSV: 'text/csv; charset=utf-8; header=present',
  XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Bytes of a message of the stream at least, but for the last: each costs all between here and the reader. */
const CHUNK_BYTES = 65_536

/** A table as a file, in pieces. The first tells the type of the whole. */
export async function* exportChunks<Row>(
  table: Table<Row>,
  format: ExportFormat,
): AsyncGenerator<HttpBody, void> {
  const contentType = contentTypes[format]
  let pieces: Uint8Array[] = []
  let bytes = 0
  const chunk = (): HttpBody => {
    const data = Buffer.concat(pieces)
    pieces = []
    bytes = 0
    return { contentType, data, extensions: [] }
  }
  for await (const piece of format === 'CSV' ? csvFile(table) : xlsxFile(table)) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= CHUNK_BYTES) yield chunk()
  }
  if (bytes > 0) yield chunk()
}
