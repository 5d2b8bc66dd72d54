import type { EntityManager } from 'typeorm'
import type { MemberStore } from './member-store.ts'
import type { Role } from './role-permissions.ts'
import type { UserStore } from './user-store.ts'

export interface Invitation {
  readonly userId: string
  /** Undefined when they are a member already. */
  readonly memberId: string | undefined
}

export interface InvitationService {
  /**
   * Makes the person with this address a member: someone who has signed in with it, verified, or someone who
   * is invited until they do.
   */
  invite(
    manager: EntityManager,
    organizationId: string,
    email: string,
    role: Role,
    displayName?: string,
  ): Promise<Invitation>
}

export function createInvitationService(users: UserStore, members: MemberStore): InvitationService {
  return {
    async invite(manager, organizationId, email, role, displayName) {
      const address = email.trim().toLowerCase()
      await users.lockEmail(manager, address)
      const userId =
        (await users.byVerifiedEmail(manager, address)) ??
        (await users.invited(manager, address)) ??
        (await users.insertInvited(manager, address, displayName ?? address))
      return { userId, memberId: await members.insert(manager, organizationId, userId, role) }
    },
  }
}
