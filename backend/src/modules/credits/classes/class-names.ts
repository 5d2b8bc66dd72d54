import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import { type CreditClassRecord, classByCode, listClasses } from '../ledger/index.ts'

const PREFIX = 'creditClasses/'

export const className = (code: string): string => `${PREFIX}${code}`

/** By id. */
export type ClassesById = ReadonlyMap<string, CreditClassRecord>

/** Classes by the names that requests have them by. */
export class ClassNames {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** NOT_FOUND unless there is one of this name. */
  async named(name: string): Promise<CreditClassRecord> {
    const found = await classByCode(this.#dataSource, name.slice(PREFIX.length))
    if (found === undefined) {
      const message = `There is no class of credits ${name}.`
      throw new DomainError('NOT_FOUND', 'CREDIT_CLASS_NOT_FOUND', message, { metadata: { name } })
    }
    return found
  }

  /** Undefined of the empty name, which means all. */
  async namedOrAll(name: string): Promise<CreditClassRecord | undefined> {
    return name === '' ? undefined : this.named(name)
  }

  async byId(): Promise<ClassesById> {
    return new Map((await listClasses(this.#dataSource)).map((each) => [each.id, each]))
  }
}

/** @throws Error: what the ledger has is of a class that there is */
export function classIn(classes: ClassesById, id: string): CreditClassRecord {
  const found = classes.get(id)
  if (found === undefined) throw new Error(`there is no class of credits with id ${id}`)
  return found
}
