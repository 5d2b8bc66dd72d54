import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VOTABLE_MEDIA_TYPE, type VotableField, votable } from '../../../../votable/index.ts'
import type { MadeFile } from '../task-run.ts'

/** A column of a table of results; its text is of any length. */
export interface Column<Row>
  extends Pick<VotableField, 'name' | 'datatype' | 'unit' | 'ucd' | 'description'> {
  readonly cell: (row: Row) => string | number | undefined
}

/** Writes a table as NAME.csv and NAME.vot, with the same cells; one that is undefined is empty. */
export async function writeTables<Row>(
  folder: string,
  name: string,
  description: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<MadeFile[]> {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)))
  const origin = { sourceId: '', stencil: '' }
  const csv = { fileName: `${name}.csv`, mediaType: 'text/csv', ...origin }
  const vot = { fileName: `${name}.vot`, mediaType: VOTABLE_MEDIA_TYPE, ...origin }
  const lines = [columns.map((column) => column.name), ...cells].map(csvLine)
  await writeFile(join(folder, csv.fileName), lines)
  const fields = columns.map(({ cell: _cell, ...field }): VotableField => {
    const text = field.datatype === 'char' || field.datatype === 'unicodeChar'
    return text ? { ...field, arraysize: '*' } : field
  })
  const table = { name, description, fields, rows: cells }
  await writeFile(join(folder, vot.fileName), votable({ resources: [{ type: 'results', table }] }))
  return [csv, vot]
}

/** RFC 4180. */
function csvLine(cells: readonly (string | number | undefined)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell ?? '')
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${quoted.join(',')}\r\n`
}
