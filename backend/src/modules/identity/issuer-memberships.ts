import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../database/index.ts'
import { BoundedCache } from './authentication/bounded-cache.ts'
import { announceMember, announceRemoval, announceRole } from './identity-events.ts'
import { rolesIn, slugsIn } from './issuer-groups.ts'
import type { HeldMembership, MemberStore } from './member-store.ts'
import type { OrganizationStore } from './organization-store.ts'
import type { Role } from './role-permissions.ts'
import type { UserStore } from './user-store.ts'

export interface IssuerMemberships {
  /**
   * Makes the user's memberships that come from the issuer those of the groups in a token. Memberships that were given
   * here stay as they are, and the groups of a token that is older than one already followed say nothing.
   */
  follow(userId: string, groups: readonly string[], issueTime: Date): Promise<void>
}

interface Stores {
  readonly organizations: OrganizationStore
  readonly members: MemberStore
  readonly users: UserStore
}

const UNKNOWN_GROUPS_KEPT = 10_000

/** @param forget called with a user whose rights have changed, after the change is durable */
export function createIssuerMemberships(
  dataSource: DataSource,
  { organizations, members, users }: Stores,
  forget: (userId: string) => void,
  log: Logger,
): IssuerMemberships {
  const told = new BoundedCache<string, true>(UNKNOWN_GROUPS_KEPT)

  /** Once each: the same groups come with every token. */
  function tell(unknown: readonly string[]): void {
    for (const group of unknown) {
      if (told.get(group) === undefined) {
        log.info({ group }, 'a group at the identity provider is no role in an organisation, and is ignored')
      }
      told.set(group, true)
    }
  }

  async function apply(
    transaction: EntityManager,
    userId: string,
    { gone, changed, added }: Changes,
  ): Promise<void> {
    for (const { id, organizationId } of gone) {
      await members.delete(transaction, id)
      await announceRemoval(transaction, organizationId, userId, null)
    }
    for (const [{ id, organizationId }, role] of changed) {
      await members.setRole(transaction, id, role)
      await announceRole(transaction, organizationId, userId, role, null)
    }
    for (const [organizationId, role] of added) {
      const id = await members.insert(transaction, organizationId, userId, role, 'ISSUER')
      const member = id === undefined ? undefined : await members.byId(transaction, organizationId, id)
      if (member !== undefined) await announceMember(transaction, organizationId, member, null)
    }
  }

  return {
    async follow(userId, groups, issueTime) {
      const { manager } = dataSource
      // Before anything is looked at: from here on an older token, which may bring what this one need not take, says nothing.
      if (!(await users.followGroups(manager, userId, issueTime))) return
      const { roles, unknown } = rolesIn(groups, await organizations.bySlugs(slugsIn(groups)))
      tell(unknown)
      if (isNone(changesTo(await members.held(manager, userId), roles))) return
      const followed = await inTransaction(dataSource, async (transaction) => {
        // Locks the user: whoever comes second sees what the first one did.
        if (!(await users.followGroups(transaction, userId, issueTime))) return false
        await apply(transaction, userId, changesTo(await members.held(transaction, userId), roles))
        return true
      })
      if (followed) forget(userId)
    },
  }
}

interface Changes {
  readonly gone: readonly HeldMembership[]
  readonly changed: readonly (readonly [HeldMembership, Role])[]
  /** By the organisation's id. */
  readonly added: readonly (readonly [string, Role])[]
}

function changesTo(held: readonly HeldMembership[], roles: ReadonlyMap<string, Role>): Changes {
  const fromIssuer = held.filter(({ source }) => source === 'ISSUER')
  const organizations = new Set(held.map(({ organizationId }) => organizationId))
  return {
    gone: fromIssuer.filter(({ organizationId }) => !roles.has(organizationId)),
    changed: fromIssuer.flatMap((membership): (readonly [HeldMembership, Role])[] => {
      const role = roles.get(membership.organizationId)
      return role === undefined || role === membership.role ? [] : [[membership, role]]
    }),
    added: [...roles].filter(([organizationId]) => !organizations.has(organizationId)),
  }
}

function isNone({ gone, changed, added }: Changes): boolean {
  return gone.length + changed.length + added.length === 0
}
