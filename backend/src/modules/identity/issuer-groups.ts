import type { Organization } from './identity-rows.ts'
import { type Role, rolesOf } from './role-permissions.ts'

/** Of several roles in one organisation the first one here counts: a member has one. */
const precedence: readonly Role[] = [
  'ADMINISTRATOR',
  'DIRECTOR',
  'ANALYST',
  'SUBMITTER',
  'TREASURER',
  'MEMBER',
]

interface GroupNames {
  readonly group: string
  readonly slug: string
  readonly role: string
}

/** "/survey-institute/submitter", with or without the first slash; undefined for a group of another form. */
function namesIn(group: string): GroupNames | undefined {
  const [slug, role, ...more] = group.replace(/^\//, '').split('/')
  if (slug === undefined || role === undefined || more.length > 0) return undefined
  return { group, slug, role: role.toUpperCase() }
}

/** Those that may be organisations. */
export function slugsIn(groups: readonly string[]): string[] {
  return [...new Set(groups.flatMap((group) => namesIn(group)?.slug ?? []))]
}

export interface GroupRoles {
  /** By the organisation's id. */
  readonly roles: ReadonlyMap<string, Role>
  /** Groups that are no role in one of the organisations. */
  readonly unknown: readonly string[]
}

export function rolesIn(groups: readonly string[], organizations: readonly Organization[]): GroupRoles {
  const bySlug = new Map(organizations.map((organization) => [organization.slug, organization]))
  const roles = new Map<string, Role>()
  const unknown: string[] = []
  for (const group of groups) {
    const names = namesIn(group)
    const organization = names === undefined ? undefined : bySlug.get(names.slug)
    const role =
      organization === undefined ? undefined : rolesOf(organization.kind).find((one) => one === names?.role)
    if (organization === undefined || role === undefined) {
      unknown.push(group)
      continue
    }
    const other = roles.get(organization.id)
    if (other === undefined || precedence.indexOf(role) < precedence.indexOf(other)) {
      roles.set(organization.id, role)
    }
  }
  return { roles, unknown }
}
