import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction, sqlState } from '../../../database/index.ts'
import { personNotFound } from '../consent/index.ts'
import {
  deleteFixes,
  devicesOfErasure,
  type ErasedPerson,
  endErasure,
  erasePersonRows,
  fixPartitions,
  lockPerson,
  redactLooks,
  unfinishedErasures,
} from './erasure-store.ts'

export interface Erased {
  readonly fixes: bigint
  readonly devices: number
  readonly looksRedacted: number
}

/** Takes a person out of what another part of the module keeps; in the transaction that takes the person away. */
export type ForgetPerson = (manager: EntityManager, person: ErasedPerson) => Promise<void>

/**
 * Erases persons for good. In one short transaction a person is gone for everybody, and no fix of theirs is taken any
 * more; their fixes, which may be millions, are deleted after it, day by day. What breaks off is finished by a worker.
 */
export class Erasures {
  readonly #dataSource: DataSource
  readonly #forget: readonly ForgetPerson[]

  constructor(dataSource: DataSource, forget: readonly ForgetPerson[]) {
    this.#dataSource = dataSource
    this.#forget = forget
  }

  /** @throws DomainError NOT_FOUND, also of a person whom somebody else erased a moment before */
  async erase(organizationId: string, personId: string): Promise<Erased> {
    const begun = await inTransaction(this.#dataSource, async (manager) => {
      const person = await lockPerson(manager, organizationId, personId)
      if (person === undefined) throw personNotFound()
      for (const forget of this.#forget) await forget(manager, person)
      const looksRedacted = await redactLooks(manager, person)
      // The last, as it keeps the organisation's fixes from being written until the transaction ends.
      const id = await erasePersonRows(manager, person)
      return { id, looksRedacted, devices: person.deviceIds.length }
    })
    const fixes = await this.#finish(begun.id)
    return { fixes, devices: begun.devices, looksRedacted: begun.looksRedacted }
  }

  /** Finishes what broke off: not what may still be going on elsewhere, unless it takes longer than that. */
  async finishOlderThan(minimumAgeMs: number): Promise<void> {
    for (const id of await unfinishedErasures(this.#dataSource, minimumAgeMs)) await this.#finish(id)
  }

  /** Harmless where another process does the same. */
  async #finish(id: string): Promise<bigint> {
    const deviceNos = await devicesOfErasure(this.#dataSource, id)
    let fixes = 0n
    if (deviceNos !== undefined && deviceNos.length > 0) {
      for (const partition of await fixPartitions(this.#dataSource)) {
        fixes += BigInt(await this.#deleteFixes(partition, deviceNos))
      }
    }
    await endErasure(this.#dataSource, id)
    return fixes
  }

  async #deleteFixes(partition: string, deviceNos: readonly number[]): Promise<number> {
    try {
      return await deleteFixes(this.#dataSource, partition, deviceNos)
    } catch (error) {
      // Dropped since, with all that was in it.
      if (sqlState(error) === UNDEFINED_TABLE) return 0
      throw error
    }
  }
}

const UNDEFINED_TABLE = '42P01'
