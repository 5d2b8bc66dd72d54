import { parse } from 'csv-parse/sync'
import { decodeText } from './text-preview.ts'

const ROWS = 100
const COLUMNS = 200
const CELL_CHARACTERS = 200
const DELIMITERS = [',', ';', '\t', '|']

export interface SmallTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly truncated: boolean
}

/**
 * The first rows of a table of text; undefined for what is none.
 *
 * @param goesOn whether the file goes on after this content, so that its last line may be cut
 */
export function tablePreview(content: Uint8Array, goesOn: boolean): SmallTable | undefined {
  const text = decodeText(content)
  const whole = goesOn ? text.slice(0, text.lastIndexOf('\n') + 1) : text
  const records = recordsOf(whole)
  const [header, ...rows] = records
  if (header === undefined) return undefined
  return {
    columns: header.slice(0, COLUMNS).map(shortened),
    rows: rows.slice(0, ROWS).map((row) => row.slice(0, COLUMNS).map(shortened)),
    truncated: goesOn || rows.length > ROWS,
  }
}

function recordsOf(text: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      // One more than is shown tells whether there are more.
      to: ROWS + 2,
    })
  } catch {
    return []
  }
}

/** The one that is most often in the first line. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1)
  const count = (delimiter: string) => line.split(delimiter).length
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best))
}

function shortened(cell: string): string {
  const characters = [...cell]
  return characters.length > CELL_CHARACTERS ? `${characters.slice(0, CELL_CHARACTERS - 1).join('')}…` : cell
}
