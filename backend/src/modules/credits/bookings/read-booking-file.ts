import { isUtf8 } from 'node:buffer'
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync'
import { bookingColumns, CONTENT_MAX_BYTES, ROWS_MAX, type RowError } from './booking.ts'

/** A row as the file has it, without spaces around its fields. */
export interface FileRow {
  readonly line: number
  readonly organization: string
  readonly creditClass: string
  readonly amount: string
  readonly reference: string
}

export interface BookingFile {
  readonly rows: readonly FileRow[]
  /** Of lines that could not be read. Nothing was read after the last one if the file could not be followed. */
  readonly errors: readonly RowError[]
}

/** Longer than any row may be, so that a quote that is never closed is noticed soon. */
const ROW_MAX_BYTES = 10_000

/**
 * Reads CSV (RFC 4180, UTF-8 with or without a byte order mark, any line ends). No more than one row beyond the limit
 * is ever read, however many the file has.
 */
export function readBookingFile(content: Uint8Array): BookingFile {
  if (content.byteLength > CONTENT_MAX_BYTES) {
    return unreadable(
      1,
      `The file has ${content.byteLength} bytes. At most ${CONTENT_MAX_BYTES} (2 MiB) are taken.`,
    )
  }
  if (!isUtf8(content)) {
    return unreadable(firstLineOtherThanUtf8(content), 'The file is not UTF-8. Save it as “CSV UTF-8”.')
  }
  const records: { fields: string[]; line: number }[] = []
  let problem: RowError | undefined
  try {
    parse(content, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: ROW_MAX_BYTES,
      // The header, all rows that may be, and one more.
      to: ROWS_MAX + 2,
      on_record: (fields: string[], { lines }: InfoRecord) => {
        records.push({ fields, line: lines })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    problem = { line: lineOf(error), column: '', message: messageOf(error) }
  }
  const [header, ...found] = records
  if (header === undefined) {
    return { rows: [], errors: [problem ?? { line: 1, column: '', message: 'The file is empty.' }] }
  }
  if (!isHeader(header.fields)) return unreadable(header.line, headerProblem(header.fields))
  if (found.length > ROWS_MAX) {
    return unreadable(
      found[ROWS_MAX]?.line ?? 0,
      `The file has more than ${ROWS_MAX.toLocaleString('en')} rows. Divide it into several bookings.`,
    )
  }
  const rows: FileRow[] = []
  const errors: RowError[] = []
  for (const { fields, line } of found) {
    const [organization = '', creditClass = '', amount = '', reference = ''] = fields
    if (fields.length === bookingColumns.length)
      rows.push({ line, organization, creditClass, amount, reference })
    else {
      const message = `has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} instead of ${bookingColumns.length}. A field with a comma stands in quotes.`
      errors.push({ line, column: '', message })
    }
  }
  if (problem !== undefined) errors.push(problem)
  else if (found.length === 0)
    errors.push({ line: header.line, column: '', message: 'The file has no rows.' })
  return { rows, errors }
}

const isHeader = (fields: readonly string[]) =>
  fields.length === bookingColumns.length &&
  bookingColumns.every((name, index) => fields[index]?.toLowerCase() === name)

function headerProblem(fields: readonly string[]): string {
  const wanted = `The first line must be ${bookingColumns.join(',')}.`
  const [only = ''] = fields
  if (fields.length === 1 && /[;\t]/u.test(only)) {
    return `${wanted} This file is separated by ${only.includes(';') ? 'semicolons' : 'tabs'}, not by commas.`
  }
  return wanted
}

function unreadable(line: number, message: string): BookingFile {
  return { rows: [], errors: [{ line, column: '', message }] }
}

/** From 1. */
function firstLineOtherThanUtf8(content: Uint8Array): number {
  let line = 1
  for (let start = 0; start < content.byteLength; line += 1) {
    const found = content.indexOf(0x0a, start)
    const end = found === -1 ? content.byteLength : found
    if (!isUtf8(content.subarray(start, end))) return line
    start = end + 1
  }
  return line
}

function lineOf(error: CsvError): number {
  const { lines } = error
  return typeof lines === 'number' ? lines : 1
}

function messageOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quote that begins here or before is never closed.'
    case 'CSV_MAX_RECORD_SIZE':
      return `A row is longer than ${ROW_MAX_BYTES} bytes; perhaps a quote is never closed.`
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return 'Something follows a closing quote. A quote within a quoted field is written twice.'
    case 'INVALID_OPENING_QUOTE':
      return 'A quote stands within a field that does not begin with one.'
    default:
      return 'The line could not be read as CSV.'
  }
}
