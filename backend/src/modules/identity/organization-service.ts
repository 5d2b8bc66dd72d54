import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../database/index.ts'
import { organizationExists, organizationNotFound, requestIdReused } from './errors.ts'
import { announceMember } from './identity-events.ts'
import type { Organization, Page } from './identity-rows.ts'
import type { InvitationService } from './invitation-service.ts'
import type { MemberStore } from './member-store.ts'
import type { OrganizationStore } from './organization-store.ts'

export interface OrganizationRequest {
  readonly slug: string
  readonly displayName: string
  readonly administratorEmail: string
  /** Empty when the caller gave none: then a repeat is another request. */
  readonly requestId: string
}

export interface OrganizationService {
  get(id: string): Promise<Organization>
  list(after: readonly string[] | undefined, size: number): Promise<Page<Organization>>
  /** A member organisation with its first administrator. A repeat of the same request gives the first answer. */
  create(creatorId: string, request: OrganizationRequest): Promise<Organization>
}

/** @param forget called with a user whose rights have changed, after the change is durable */
export function createOrganizationService(
  dataSource: DataSource,
  organizations: OrganizationStore,
  members: MemberStore,
  invitations: InvitationService,
  forget: (userId: string) => void,
): OrganizationService {
  return {
    async get(id) {
      const organization = await organizations.byId(id)
      if (organization === undefined) throw organizationNotFound()
      return organization
    },
    list: (after, size) => organizations.page(after, size),
    async create(creatorId, request) {
      const created = await inTransaction(dataSource, async (manager) => {
        const { slug, displayName, administratorEmail, requestId } = request
        const hash = hashOf(request)
        const id = v7()
        const inserted = await organizations.insert(manager, {
          id,
          slug,
          displayName,
          kind: 'MEMBER',
          ...(requestId === '' ? {} : { request: { creatorId, id: requestId, hash } }),
        })
        if (!inserted) {
          const first =
            requestId === '' ? undefined : await organizations.byRequest(manager, creatorId, requestId)
          if (first === undefined) throw organizationExists(slug)
          if (!first.requestHash.equals(hash)) throw requestIdReused()
          return { organization: first.organization, administrator: undefined }
        }
        const administrator = await invitations.invite(manager, id, administratorEmail, 'ADMINISTRATOR')
        if (administrator.memberId === undefined) throw new Error('a new organisation has members')
        const member = await members.byId(manager, id, administrator.memberId)
        if (member === undefined) throw new Error('the administrator who was just added is gone')
        await announceMember(manager, id, member, creatorId)
        const organization = await organizations.lock(manager, id)
        if (organization === undefined) throw new Error('the organisation that was just inserted is gone')
        return { organization, administrator: administrator.userId }
      })
      if (created.administrator !== undefined) forget(created.administrator)
      return created.organization
    },
  }
}

function hashOf({ slug, displayName, administratorEmail }: OrganizationRequest): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([slug, displayName, administratorEmail]))
    .digest()
}
