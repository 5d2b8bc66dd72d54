import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { organizationNo } from '../organization-no.ts'
import { purposeExists, tooManyPurposes } from './consent-errors.ts'
import { countPurposesLocked, type DescribedPurpose, insertPurpose, listPurposes } from './purpose-store.ts'

const PURPOSES_PER_ORGANIZATION = 100

export class PurposeService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  list(organizationId: string): Promise<DescribedPurpose[]> {
    return listPurposes(this.#dataSource, organizationId)
  }

  create(organizationId: string, purpose: DescribedPurpose): Promise<DescribedPurpose> {
    return inTransaction(this.#dataSource, async (manager) => {
      await organizationNo(manager, organizationId)
      const count = await countPurposesLocked(manager, organizationId)
      if (count >= PURPOSES_PER_ORGANIZATION) throw tooManyPurposes(PURPOSES_PER_ORGANIZATION)
      if (!(await insertPurpose(manager, organizationId, purpose))) throw purposeExists(purpose.slug)
      return purpose
    })
  }
}
