import type { DataSource } from 'typeorm'
import { invalidField } from '../../../errors/domain-error.ts'
import type { LocationPolicy, PolicyUpdate } from './location-policy.ts'
import { policyOf, updatePolicy } from './policy-store.ts'

/** Below that, an aggregate tells of persons. */
const LEAST_GROUP_SIZE = 3

export class PolicyService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  get(organizationId: string): Promise<LocationPolicy> {
    return policyOf(this.#dataSource, organizationId)
  }

  async update(organizationId: string, update: PolicyUpdate): Promise<LocationPolicy> {
    const { minimum_group_size: groupSize } = update
    if (groupSize !== undefined && groupSize < LEAST_GROUP_SIZE) {
      throw invalidField('minimum_group_size', `is ${groupSize}. It must be ${LEAST_GROUP_SIZE} to 1,000.`)
    }
    return updatePolicy(this.#dataSource, organizationId, update)
  }
}
