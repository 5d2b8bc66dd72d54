import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { type CreditClassRecord, listClasses } from '../ledger/index.ts'
import { type ClassNames, className } from './class-names.ts'
import {
  type CreditClassChange,
  countClasses,
  insertClass,
  type NewCreditClass,
  updateClass,
} from './class-store.ts'

/** All of them are told in one answer, and are choices in menus. */
const CLASSES_MAX = 200

export class ClassService {
  readonly #dataSource: DataSource
  readonly #names: ClassNames

  constructor(dataSource: DataSource, names: ClassNames) {
    this.#dataSource = dataSource
    this.#names = names
  }

  list(): Promise<CreditClassRecord[]> {
    return listClasses(this.#dataSource)
  }

  async create(created: Omit<NewCreditClass, 'id'>): Promise<CreditClassRecord> {
    const { code } = created
    await inTransaction(this.#dataSource, async (manager) => {
      const count = await countClasses(manager)
      if (!(await insertClass(manager, { ...created, id: v7() }))) {
        const message = `There is already a class of credits ${className(code)}. Choose another code.`
        throw new DomainError('ALREADY_EXISTS', 'CREDIT_CLASS_EXISTS', message, { metadata: { code } })
      }
      if (count >= CLASSES_MAX) {
        const message = `There are ${CLASSES_MAX} classes of credits already, which is as many as there can be.`
        throw new DomainError('RESOURCE_EXHAUSTED', 'CREDIT_CLASSES_LIMIT', message)
      }
    })
    return this.#names.named(className(code))
  }

  async update(name: string, change: CreditClassChange): Promise<CreditClassRecord> {
    const { code } = await this.#names.named(name)
    await inTransaction(this.#dataSource, (manager) => updateClass(manager, code, change))
    return this.#names.named(name)
  }
}
