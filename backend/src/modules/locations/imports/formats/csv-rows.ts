import { CsvError, parse } from 'csv-parse/sync'
import { LineSplitter } from './line-splitter.ts'

const ROW_MAX_LENGTH = 64 * 1024
/** A quote that is open for longer was opened by mistake; only the row that opened it is lost. */
const ROW_MAX_LINES = 16
const delimiters = [',', ';', '\t'] as const
export type Delimiter = (typeof delimiters)[number]

export interface CsvRowReceiver {
  record(values: readonly string[], line: number): void
  broken(line: number, description: string): void
}

interface OpenRow {
  readonly text: string
  /** Where it begins. */
  readonly line: number
  readonly following: readonly { readonly text: string; readonly number: number }[]
}

/**
 * Records of CSV (RFC 4180), with commas, semicolons or tabs, whichever the first line has most of. Most rows have no
 * quotes and are cut without a parser, which takes ten times as long.
 */
export class CsvRows {
  readonly #receiver: CsvRowReceiver
  readonly #lines: LineSplitter
  #delimiter: Delimiter | undefined
  /** A row whose quote is open. */
  #open: OpenRow | undefined

  constructor(receiver: CsvRowReceiver) {
    this.#receiver = receiver
    const tooLong = (number: number) => this.#tooLong(number)
    this.#lines = new LineSplitter(
      { line: (text, number) => this.#line(text, number), tooLong },
      ROW_MAX_LENGTH,
    )
  }

  /** "," until the first line was read. */
  get delimiter(): Delimiter {
    return this.#delimiter ?? ','
  }

  push(text: string): void {
    this.#lines.push(text)
  }

  end(): void {
    this.#lines.end()
    while (this.#open !== undefined) this.#giveUp(this.#open)
  }

  #line(text: string, number: number): void {
    const open = this.#open
    if (open !== undefined) this.#continue(open, text, number)
    else if (text.includes('"')) this.#quoted({ text, line: number, following: [] })
    else if (text.trim() !== '') this.#receiver.record(text.split(this.#delimiterOf(text)), number)
  }

  #continue(open: OpenRow, text: string, number: number): void {
    const row = { ...open, text: `${open.text}\n${text}`, following: [...open.following, { text, number }] }
    if (row.following.length >= ROW_MAX_LINES || row.text.length > ROW_MAX_LENGTH) this.#giveUp(row)
    else this.#quoted(row)
  }

  #quoted(row: OpenRow): void {
    const delimiter = this.#delimiterOf(row.text)
    this.#open = undefined
    try {
      const records: string[][] = parse(row.text, { delimiter, relax_column_count: true, relax_quotes: true })
      for (const record of records) this.#receiver.record(record, row.line)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      if (error.code === 'CSV_QUOTE_NOT_CLOSED') this.#open = row
      else this.#giveUp(row)
    }
  }

  /** The quote was opened by mistake: the lines that it swallowed are rows again. */
  #giveUp(row: OpenRow): void {
    this.#open = undefined
    this.#receiver.broken(
      row.line,
      'has a quote that does not close where its value ends: a quote within quotes is doubled',
    )
    for (const { text, number } of row.following) this.#line(text, number)
  }

  #tooLong(number: number): void {
    while (this.#open !== undefined) this.#giveUp(this.#open)
    this.#receiver.broken(number, `is longer than ${ROW_MAX_LENGTH} characters`)
  }

  #delimiterOf(text: string): Delimiter {
    this.#delimiter ??= mostOf(text.replaceAll(/"(?:[^"]|"")*"/g, ''))
    return this.#delimiter
  }
}

function mostOf(header: string): Delimiter {
  const counts = delimiters.map((delimiter) => header.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}
