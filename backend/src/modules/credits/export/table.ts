/** A cell as it is written into a file; undefined leaves it empty. */
export type Cell =
  /** Anything that people or other systems wrote. It stays text, whatever it begins with. */
  | { readonly kind: 'text'; readonly text: string }
  /** A plain decimal number with these decimals: "-1234.50". */
  | { readonly kind: 'number'; readonly text: string; readonly decimals: number }
  | undefined

export interface Column<Row> {
  readonly title: string
  /** In characters; of spreadsheets. */
  readonly width: number
  readonly cell: (row: Row) => Cell
}

/** What becomes one file: rows come in batches, and are read no faster than the file is. */
export interface Table<Row> {
  /** Of the sheet; at most 20 characters, none of \/?*[]: */
  readonly name: string
  readonly columns: readonly Column<Row>[]
  readonly batches: AsyncIterable<readonly Row[]>
}

export const textCell = (text: string): Cell => (text === '' ? undefined : { kind: 'text', text })

/** @param time in UTC, as ISO 8601 */
export const timeCell = (time: Date | undefined): Cell =>
  time === undefined ? undefined : { kind: 'text', text: time.toISOString() }

/** @param amount in the smallest unit of a class with these decimals */
export const amountCell = (amount: bigint, decimals: number): Cell => ({
  kind: 'number',
  text: decimalOf(amount, decimals),
  decimals,
})

/** 12345n with 2 decimals is "123.45": exact, without group separators. */
export function decimalOf(amount: bigint, decimals: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const sign = amount < 0n ? '-' : ''
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/**
 * Whether a spreadsheet that reads the text from a file would take it for a formula. What follows a tab or a line
 * break is one to some of them. (OWASP, CSV Injection)
 */
export function looksLikeFormula(text: string): boolean {
  return /^[\s]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) || /^[\t\r\n]/u.test(text)
}
