import { FixFileError } from './fix-file-error.ts'

export type FixFileFormat = 'GPX' | 'GEOJSON' | 'CSV' | 'NDJSON'

/** Before each text of a JSON text sequence (RFC 8142). */
const RECORD_SEPARATOR = '\u001e'

/** How files begin that are often taken for such ones. */
const others: readonly (readonly [begins: string, what: string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive or a workbook: unpack it, compress with gzip, or save it as CSV'],
  ['PAR1', 'Parquet: convert it to CSV'],
  ['%PDF', 'a PDF'],
  ['SQLite format 3', 'an SQLite database: export its rows as CSV'],
  ['.FIT', 'a FIT file: convert it to GPX'],
  ['\u001f\ufffd', 'compressed twice'],
]

/**
 * By how the text begins; where both lists and lines of JSON may begin so, by the name.
 *
 * @param text the first kilobytes
 * @throws FixFileError for what is none of them
 */
export function formatOf(fileName: string, text: string): FixFileFormat {
  const begin = text.trimStart().replace(RECORD_SEPARATOR, '').trimStart()
  if (begin === '') throw new FixFileError('The file is empty.')
  const other = others.find(([begins]) => begin.startsWith(begins) || text.slice(8).startsWith(begins))
  if (other !== undefined) throw new FixFileError(`The file is ${other[1]}.`)
  if (begin.startsWith('<')) return 'GPX'
  if (begin.startsWith('[')) return 'GEOJSON'
  if (begin.startsWith('{')) return isLines(fileName, begin) ? 'NDJSON' : 'GEOJSON'
  if (text.includes('\0')) throw new FixFileError('The file is no text: GPX, GeoJSON, CSV and NDJSON are.')
  return 'CSV'
}

function isLines(fileName: string, begin: string): boolean {
  const [, ending] = /\.([a-z]+)(?:\.gz)?$/i.exec(fileName) ?? []
  if (ending === undefined || !/^(?:ndjson|jsonl|geojsonl|geojsons|geojson)$/i.test(ending))
    return isLine(begin)
  return ending.toLowerCase() !== 'geojson'
}

/** Whether the first line is an object by itself, and no collection. */
function isLine(begin: string): boolean {
  const [line = ''] = begin.split('\n', 1)
  try {
    return JSON.parse(line)?.type !== 'FeatureCollection'
  } catch {
    return false
  }
}
