import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { invalidField } from '../../../errors/domain-error.ts'
import type { CallOrganization } from '../../../server/call-context.ts'
import { consentNotFound, personNotFoundAt, tooManyConsents } from './consent-errors.ts'
import {
  type Consent,
  consentsOf,
  countConsentsLocked,
  insertConsents,
  withdrawConsent,
} from './consent-store.ts'
import { purposeNamed } from './subjects.ts'

/** As many as one answer lists. */
const CONSENTS_PER_PERSON = 200

export interface RecordedConsents {
  /** In the order of the request. */
  readonly personIds: readonly string[]
  /** "organizations/{organization}/locationPurposes/{purpose}" */
  readonly purpose: string
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly note: string
}

/** What persons agreed to. Whether a person is whom the caller may ask about is settled before. */
export class ConsentService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async of(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Consent[]>> {
    return consentsOf(this.#dataSource, personIds)
  }

  /**
   * All of them, or none.
   *
   * @returns how many were not in force yet
   */
  async record(
    organization: CallOrganization,
    recorderId: string,
    consents: RecordedConsents,
  ): Promise<number> {
    const { personIds, startTime, endTime, note } = consents
    if (startTime !== undefined && endTime !== undefined && startTime >= endTime) {
      throw invalidField('end_time', 'is not after start_time: the consent would cover nothing.')
    }
    return inTransaction(this.#dataSource, async (manager) => {
      const purpose = await purposeNamed(manager, organization, consents.purpose)
      const counts = await countConsentsLocked(manager, organization.id, personIds)
      for (const [index, id] of personIds.entries()) {
        const count = counts.get(id)
        if (count === undefined) throw personNotFoundAt(index)
        if (count >= CONSENTS_PER_PERSON) throw tooManyConsents(index, CONSENTS_PER_PERSON)
      }
      return insertConsents(manager, personIds, {
        purposeId: purpose.id,
        startTime,
        endTime,
        recorderId,
        note,
      })
    })
  }

  /** From now on it covers nothing. Again: as it was left. */
  async withdraw(personId: string, consentId: string): Promise<Consent> {
    const consent = await withdrawConsent(this.#dataSource, personId, consentId)
    if (consent === undefined) throw consentNotFound()
    return consent
  }
}
