import { listClasses } from '../ledger/index.ts'
import type { Database } from '../sql.ts'

/** What never changes of a class. */
export interface ClassFacts {
  readonly code: string
  readonly unit: string
  readonly decimals: number
}

/** Remembers what amounts of each class are of: classes are few, and these facts of them final. */
export class KnownClasses {
  readonly #database: Database
  #known: ReadonlyMap<string, ClassFacts> = new Map()

  constructor(database: Database) {
    this.#database = database
  }

  async of(classIds: readonly (string | undefined)[]): Promise<ReadonlyMap<string, ClassFacts>> {
    if (classIds.every((id) => id === undefined || this.#known.has(id))) return this.#known
    const classes = await listClasses(this.#database)
    this.#known = new Map(classes.map(({ id, code, unit, decimals }) => [id, { code, unit, decimals }]))
    return this.#known
  }
}
