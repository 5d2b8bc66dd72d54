/** What stands in one row, point or feature; the numbers may be out of range. */
export interface FixRow {
  /** From 1: the line, or the feature's place in its file. */
  readonly line: number
  /** UUID or external id; empty where the row names none. */
  readonly device: string
  /** Milliseconds since 1970. */
  readonly timeMs: number
  /** Degrees. */
  readonly latitude: number
  readonly longitude: number
  /** Metres; 0 for not known. */
  readonly accuracyM: number
}

export interface RejectedRow {
  readonly line: number
  /** The column, property or attribute as the file names it; empty where it is the whole row. */
  readonly field: string
  /** What is wrong, and what would not be. */
  readonly description: string
  /** As in FixRow. */
  readonly device: string
}

/** Where a reader puts what it finds. */
export interface RowReceiver {
  take(row: FixRow): void
  reject(row: RejectedRow): void
}

export type FixColumn = 'latitude' | 'longitude' | 'time' | 'accuracy' | 'device'

/** Reads one file of one format, in pieces of text as they come. Both methods throw FixFileError. */
export interface FixFileReader {
  push(text: string): void
  /** The file is over. */
  end(): void
  /** What the file calls a column, for whoever finds fault with its value. */
  nameOf(column: FixColumn): string
}
