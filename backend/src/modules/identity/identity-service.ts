import type { Principal, PrincipalMembership } from '../../server/principal.ts'
import type { Member, Membership, Organization, User } from './identity-rows.ts'
import type { MemberStore } from './member-store.ts'
import type { OrganizationStore } from './organization-store.ts'
import { grantsOf } from './role-permissions.ts'
import type { UserStore } from './user-store.ts'

/** Who is who, for the other modules. */
export interface IdentityService {
  organizationBySlug(slug: string): Promise<Organization | undefined>
  /** Absent ones are left out. */
  organizationsBySlugs(slugs: readonly string[]): Promise<Organization[]>
  organizationById(id: string): Promise<Organization | undefined>
  /** By id; absent ones are left out. */
  organizationsByIds(ids: readonly string[]): Promise<Map<string, Organization>>
  /** By slug, those after one. */
  organizationsAfter(slug: string, size: number): Promise<readonly Organization[]>
  /** In any case; names are not unique. */
  organizationsByDisplayName(name: string): Promise<Organization[]>
  /** Undefined before the first set-up. */
  operatorOrganization(): Promise<Organization | undefined>
  /** Everyone in the organisation, in the order in which they joined. */
  membersOf(organizationId: string): Promise<Member[]>
  /** By user id; absent users are left out. */
  displayNames(userIds: readonly string[]): Promise<Map<string, string>>
  user(id: string): Promise<User | undefined>
  /** Who last proved to have the address, or else who is invited by it. */
  userByEmail(email: string): Promise<User | undefined>
  membershipsOf(userId: string): Promise<Membership[]>
  /** What the user may do; undefined when there is no such user. */
  principal(userId: string): Promise<Principal | undefined>
  /** Everything that the user may do anywhere. */
  permissionsOf(userId: string): Promise<ReadonlySet<string>>
}

const MEMBERS_READ_AT_ONCE = 500

export function createIdentityService(
  organizations: OrganizationStore,
  members: MemberStore,
  users: UserStore,
): IdentityService {
  async function principal(userId: string): Promise<Principal | undefined> {
    const [user, memberships] = await Promise.all([users.byId(userId), members.ofUser(userId)])
    if (user === undefined) return undefined
    const bySlug = new Map<string, PrincipalMembership>()
    const platformPermissions = new Set<string>()
    for (const { organization, role, joinTime } of memberships) {
      const grants = grantsOf(organization.kind, role)
      bySlug.set(organization.slug, {
        organizationId: organization.id,
        permissions: new Set(grants.organization),
        joinTime,
      })
      for (const permission of grants.platform) platformPermissions.add(permission)
    }
    return {
      caller: { userId, displayName: user.displayName, email: user.email },
      memberships: bySlug,
      platformPermissions,
      tokenScopes: undefined,
    }
  }

  return {
    organizationBySlug: (slug) => organizations.bySlug(slug),
    organizationsBySlugs: (slugs) => organizations.bySlugs(slugs),
    organizationById: (id) => organizations.byId(id),
    organizationsByIds: (ids) => organizations.byIds(ids),
    organizationsAfter: async (slug, size) => (await organizations.page([slug], size)).items,
    organizationsByDisplayName: (name) => organizations.byDisplayName(name),
    operatorOrganization: () => organizations.operator(),
    async membersOf(organizationId) {
      const all: Member[] = []
      let after: readonly string[] | undefined
      do {
        const page = await members.page(organizationId, after, MEMBERS_READ_AT_ONCE)
        all.push(...page.items)
        after = page.position
      } while (after !== undefined)
      return all
    },
    displayNames: (userIds) => users.displayNames(userIds),
    user: (id) => users.byId(id),
    userByEmail: (email) => users.byEmail(email.trim().toLowerCase()),
    membershipsOf: (userId) => members.ofUser(userId),
    principal,
    async permissionsOf(userId) {
      const found = await principal(userId)
      if (found === undefined) return new Set()
      const inOrganizations = [...found.memberships.values()].flatMap(({ permissions }) => [...permissions])
      return new Set([...inOrganizations, ...found.platformPermissions])
    },
  }
}
