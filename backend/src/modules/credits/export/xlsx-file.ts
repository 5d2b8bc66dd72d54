import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Table } from './table.ts'
import {
  contentTypes,
  relationships,
  rowXml,
  sheetEnd,
  sheetStart,
  styles,
  titleRowXml,
  workbook,
  workbookRelationships,
} from './xlsx-parts.ts'

/** What Excel opens, the title row included. */
const SHEET_ROWS_MAX = 1_048_576

export interface XlsxOptions {
  /** Default: as many as Excel opens. */
  readonly sheetRowsMax?: number
}

/**
 * A workbook (ECMA-376, transitional), written as it goes. Rows beyond what one sheet holds go on in the next one,
 * so that the parts that list the sheets come last.
 */
export async function* xlsxFile<Row>(
  table: Table<Row>,
  { sheetRowsMax = SHEET_ROWS_MAX }: XlsxOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const zip = new ZipFile()
  // yazl declares less than it gives: a PassThrough.
  const output = zip.outputStream as Readable
  zip.on('error', (error: Error) => output.destroy(error))
  const rows = rowsOf(table.batches)
  const names: string[] = []
  let sheet: Readable | undefined

  const addSheet = (first: IteratorResult<Row, void>): void => {
    names.push(names.length === 0 ? table.name : `${table.name} (${names.length + 1})`)
    const path = `xl/worksheets/sheet${names.length}.xml`
    zip.addReadStreamLazy(path, (callback) => {
      sheet = Readable.from(sheetXml(table, rows, first, sheetRowsMax, end), { objectMode: false })
      // yazl does not say when what it reads fails.
      sheet.on('error', (error) => output.destroy(error))
      callback(null, sheet)
    })
  }
  const end = (next: IteratorResult<Row, void>): void => {
    if (next.done !== true) {
      addSheet(next)
      return
    }
    zip.addBuffer(Buffer.from(workbook(names)), 'xl/workbook.xml')
    zip.addBuffer(Buffer.from(workbookRelationships(names.length)), 'xl/_rels/workbook.xml.rels')
    zip.end()
  }

  zip.addBuffer(Buffer.from(contentTypes), '[Content_Types].xml')
  zip.addBuffer(Buffer.from(relationships), '_rels/.rels')
  zip.addBuffer(Buffer.from(styles), 'xl/styles.xml')
  addSheet(await rows.next())
  try {
    yield* output as AsyncIterable<Uint8Array>
  } finally {
    // Also when nobody reads on.
    output.destroy()
    sheet?.destroy()
    await rows.return()
  }
}

/** About as much as is compressed at once. */
const CHUNK_CHARACTERS = 65_536

/** @param end told of the first row that has no place in the sheet any more, or of the end of rows */
async function* sheetXml<Row>(
  { columns }: Table<Row>,
  rows: AsyncGenerator<Row, void>,
  first: IteratorResult<Row, void>,
  sheetRowsMax: number,
  end: (next: IteratorResult<Row, void>) => void,
): AsyncGenerator<string, void> {
  let xml = sheetStart(columns) + titleRowXml(columns)
  let next = first
  for (let line = 2; next.done !== true && line <= sheetRowsMax; line++) {
    xml += rowXml(columns, next.value, line)
    if (xml.length >= CHUNK_CHARACTERS) {
      yield xml
      xml = ''
    }
    next = await rows.next()
  }
  yield xml + sheetEnd
  end(next)
}

async function* rowsOf<Row>(batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Row, void> {
  for await (const batch of batches) yield* batch
}
