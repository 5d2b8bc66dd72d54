import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../database/index.ts'
import {
  lastAdministrator,
  memberExists,
  memberFromIssuer,
  memberNotFound,
  organizationNotFound,
  roleNotInKind,
} from './errors.ts'
import { announceMember, announceRemoval, announceRole } from './identity-events.ts'
import type { Member, Organization, Page } from './identity-rows.ts'
import type { InvitationService } from './invitation-service.ts'
import type { MemberStore } from './member-store.ts'
import type { OrganizationStore } from './organization-store.ts'
import { type Role, rolesOf } from './role-permissions.ts'

export interface MemberService {
  list(organizationId: string, after: readonly string[] | undefined, size: number): Promise<Page<Member>>
  create(actorId: string, organizationId: string, email: string, role: Role): Promise<Member>
  /** The last administrator keeps the role, and what follows a group at the issuer is changed there. */
  setRole(actorId: string, organizationId: string, memberId: string, role: Role): Promise<Member>
  /** The last administrator stays. */
  delete(actorId: string, organizationId: string, memberId: string): Promise<void>
}

/**
 * @param followGroups whether memberships that came from the issuer still follow it, and so cannot be changed here
 * @param forget called with a user whose rights have changed, after the change is durable
 */
export function createMemberService(
  dataSource: DataSource,
  organizations: OrganizationStore,
  members: MemberStore,
  invitations: InvitationService,
  followGroups: boolean,
  forget: (userId: string) => void,
): MemberService {
  /** Locks the organisation first: who may leave depends on who else is there. */
  async function locked(manager: EntityManager, organizationId: string): Promise<Organization> {
    const organization = await organizations.lock(manager, organizationId)
    if (organization === undefined) throw organizationNotFound()
    return organization
  }

  async function existing(manager: EntityManager, organizationId: string, memberId: string): Promise<Member> {
    const member = await members.byId(manager, organizationId, memberId)
    if (member === undefined) throw memberNotFound()
    return member
  }

  function checkOurs({ fromIssuer }: Member): void {
    if (followGroups && fromIssuer) throw memberFromIssuer()
  }

  async function checkNotLast(manager: EntityManager, organizationId: string, member: Member): Promise<void> {
    if (member.role !== 'ADMINISTRATOR') return
    const others = await members.countOtherAdministrators(manager, organizationId, member)
    if (others === 0) throw lastAdministrator()
  }

  function checkRole(organization: Organization, role: Role): void {
    if (!rolesOf(organization.kind).includes(role)) throw roleNotInKind(role, organization.kind)
  }

  return {
    list: (organizationId, after, size) => members.page(organizationId, after, size),
    async create(actorId, organizationId, email, role) {
      const member = await inTransaction(dataSource, async (manager) => {
        checkRole(await locked(manager, organizationId), role)
        const { memberId } = await invitations.invite(manager, organizationId, email, role)
        if (memberId === undefined) throw memberExists()
        const added = await existing(manager, organizationId, memberId)
        await announceMember(manager, organizationId, added, actorId)
        return added
      })
      forget(member.user.id)
      return member
    },
    async setRole(actorId, organizationId, memberId, role) {
      const changed = await inTransaction(dataSource, async (manager) => {
        const organization = await locked(manager, organizationId)
        const member = await existing(manager, organizationId, memberId)
        checkRole(organization, role)
        if (role === member.role) return member
        checkOurs(member)
        if (role !== 'ADMINISTRATOR') await checkNotLast(manager, organizationId, member)
        await members.setRole(manager, memberId, role)
        await announceRole(manager, organizationId, member.user.id, role, actorId)
        return { ...member, role }
      })
      forget(changed.user.id)
      return changed
    },
    async delete(actorId, organizationId, memberId) {
      const userId = await inTransaction(dataSource, async (manager) => {
        await locked(manager, organizationId)
        const member = await existing(manager, organizationId, memberId)
        checkOurs(member)
        await checkNotLast(manager, organizationId, member)
        await members.delete(manager, memberId)
        await announceRemoval(manager, organizationId, member.user.id, actorId)
        return member.user.id
      })
      forget(userId)
    },
  }
}
