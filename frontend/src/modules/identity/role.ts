import type { OrganizationKind, Role } from '@fairlead/proto/web/fairlead/identity/v1/identity'

const labels: Partial<Record<Role, string>> = {
  ROLE_ANALYST: 'Analyst',
  ROLE_DIRECTOR: 'Director',
  ROLE_ADMINISTRATOR: 'Administrator',
  ROLE_MEMBER: 'Member',
  ROLE_SUBMITTER: 'Submitter',
  ROLE_TREASURER: 'Treasurer',
}

export function roleLabel(role: Role): string {
  return labels[role] ?? 'Unknown role'
}

/** What each role is for, to choose by. */
export const roleDescriptions: Partial<Record<Role, string>> = {
  ROLE_ANALYST: 'Reads everything of the platform',
  ROLE_DIRECTOR: 'Reads everything of the platform and decides',
  ROLE_ADMINISTRATOR: 'Manages members, submits and manages jobs',
  ROLE_MEMBER: 'Sees datasets and jobs',
  ROLE_SUBMITTER: 'Sees datasets, submits jobs',
  ROLE_TREASURER: 'Sees datasets and jobs, manages credits',
}

/** The roles that exist in an organisation of this kind. */
export function rolesOf(kind: OrganizationKind): readonly Role[] {
  return kind === 'ORGANIZATION_KIND_OPERATOR'
    ? ['ROLE_ANALYST', 'ROLE_DIRECTOR', 'ROLE_ADMINISTRATOR']
    : ['ROLE_MEMBER', 'ROLE_SUBMITTER', 'ROLE_TREASURER', 'ROLE_ADMINISTRATOR']
}
