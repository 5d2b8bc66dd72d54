import type { FileEvent, FilePolicy, StorageUsage } from '@fairlead/proto/server/fairlead/files/v1/files'
import type {
  OrganizationStorage,
  QuarantinedFile,
} from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import type { IdentityService } from '../../identity/index.ts'
import { policyMessage } from '../policies/policy-messages.ts'
import { policyOf } from '../policies/policy-store.ts'
import { policyUpdateOf, updatePolicy } from './policy-update.ts'
import {
  listQuarantined,
  listQuarantineEvents,
  type QuarantineFilter,
  type QuarantinePosition,
} from './quarantine-store.ts'
import { listStoring, type StoragePosition, setQuota } from './storage-store.ts'

export interface QuarantineOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationBySlug'>
  /** How much room an organisation takes, and how much it may. */
  readonly usage: (organization: { readonly id: string; readonly slug: string }) => Promise<StorageUsage>
}

/** Files of all organisations, as the operator sees them, and the limits that the operator sets. */
export class QuarantineService {
  readonly #options: QuarantineOptions

  constructor(options: QuarantineOptions) {
    this.#options = options
  }

  quarantined(
    filter: QuarantineFilter,
    after: QuarantinePosition | undefined,
    limit: number,
  ): Promise<{ files: readonly QuarantinedFile[]; next: QuarantinePosition | undefined }> {
    return listQuarantined(this.#options.dataSource, filter, after, limit)
  }

  async events(
    versionId: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ events: readonly FileEvent[]; next: string | undefined }> {
    const found = await listQuarantineEvents(this.#options.dataSource, versionId, after, limit)
    if (found === undefined) throw notQuarantined()
    return found
  }

  async storageUsage(
    after: StoragePosition | undefined,
    limit: number,
  ): Promise<{ organizations: readonly OrganizationStorage[]; next: StoragePosition | undefined }> {
    const { dataSource, usage } = this.#options
    const { organizations, next } = await listStoring(dataSource, after, limit)
    const usages: OrganizationStorage[] = []
    for (const organization of organizations) {
      usages.push({
        organizationDisplayName: organization.displayName,
        usage: await usage(organization),
      })
    }
    return { organizations: usages, next }
  }

  async setQuota(slug: string, quotaBytes: bigint): Promise<StorageUsage> {
    const { dataSource, identity, usage } = this.#options
    const organization = await identity.organizationBySlug(slug)
    if (organization === undefined) {
      throw new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', `There is no organisation ${slug}.`)
    }
    await setQuota(dataSource, organization.id, quotaBytes)
    return usage(organization)
  }

  async setPolicy(policy: FilePolicy | undefined): Promise<FilePolicy> {
    const update = policyUpdateOf(policy)
    await updatePolicy(this.#options.dataSource, update)
    return policyMessage(await policyOf(this.#options.dataSource, update.purpose))
  }
}

function notQuarantined(): DomainError {
  return new DomainError(
    'NOT_FOUND',
    'QUARANTINED_FILE_NOT_FOUND',
    'No version in quarantine has this name. It may have been deleted, or found clean since.',
  )
}
