import { stringify } from 'csv-stringify/sync'
import { type Cell, looksLikeFormula, type Table } from './table.ts'

/**
 * RFC 4180 with CRLF, UTF-8. Text that a spreadsheet would take for a formula gets an apostrophe before it, which
 * spreadsheets take for "this is text".
 */
export async function* csvFile<Row>({ columns, batches }: Table<Row>): AsyncGenerator<Uint8Array, void> {
  yield encode([columns.map(({ title }) => title)])
  for await (const batch of batches) {
    if (batch.length > 0) yield encode(batch.map((row) => columns.map(({ cell }) => written(cell(row)))))
  }
}

function encode(records: readonly (readonly string[])[]): Uint8Array {
  return Buffer.from(stringify(records as string[][], { record_delimiter: 'windows' }))
}

function written(cell: Cell): string {
  if (cell === undefined) return ''
  return cell.kind === 'text' && looksLikeFormula(cell.text) ? `'${cell.text}` : cell.text
}
