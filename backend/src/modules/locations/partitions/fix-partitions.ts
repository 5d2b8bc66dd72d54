import type { Database } from '../sql.ts'

const DAY_MS = 86_400_000

/** The number of a day of UTC: days since 1970. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS)
}

/** "2026-11-22" */
export function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Partitions of days that this process knows to be there. */
export class FixPartitions {
  readonly #database: Database
  #known = new Set<number>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Makes those of the days that are not there. */
  async ensure(days: Iterable<number>): Promise<void> {
    for (const day of days) {
      if (this.#known.has(day)) continue
      const known = this.#known
      await this.#database.query('select make_fixes_partition($1)', [isoDay(day)])
      known.add(day)
    }
  }

  /** After one that was known was not there: retention dropped it. */
  forget(): void {
    this.#known = new Set()
  }
}
