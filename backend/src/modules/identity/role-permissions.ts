/** OPERATOR runs the installation; MEMBER organisations use it. */
export type OrganizationKind = 'OPERATOR' | 'MEMBER'

export type Role = 'ANALYST' | 'DIRECTOR' | 'ADMINISTRATOR' | 'MEMBER' | 'SUBMITTER' | 'TREASURER'

/** "<module>.<verb>", as methods declare them. */
export type Permission =
  | 'credits.approve'
  | 'credits.book'
  | 'credits.configure'
  | 'credits.observe'
  | 'credits.read'
  | 'credits.recommend'
  | 'credits.record'
  | 'credits.trade'
  | 'datasets.read'
  | 'datasets.register'
  | 'files.manage'
  | 'files.observe'
  | 'files.operate'
  | 'files.read'
  | 'files.write'
  | 'jobs.manage'
  | 'jobs.observe'
  | 'jobs.operate'
  | 'jobs.read'
  | 'jobs.submit'
  | 'locations.manage'
  | 'locations.observe'
  | 'locations.operate'
  | 'locations.read'
  | 'locations.record'
  | 'locations.self'
  | 'members.manage'
  | 'members.read'
  | 'notifications.announce'
  | 'notifications.manage'
  | 'notifications.observe'
  | 'notifications.operate'
  | 'notifications.read'
  | 'organizations.create'
  | 'organizations.list'
  | 'organizations.read'
  | 'tokens.manage'
  | 'tokens.read'
  | 'workflows.observe'
  | 'workflows.operate'
  | 'workflows.read'
  | 'workflows.review'
  | 'workflows.write'

interface Grants {
  /** In the organisation that the role is held in. */
  readonly organization: readonly Permission[]
  /** On the whole platform. */
  readonly platform: readonly Permission[]
}

const reader: readonly Permission[] = [
  'organizations.read',
  'members.read',
  'datasets.read',
  'files.read',
  'jobs.read',
  'credits.read',
  'locations.self',
  'tokens.read',
  'tokens.manage',
  'notifications.read',
  'notifications.manage',
  'workflows.read',
]
/** Whom the organisation lets work with its data. */
const submitter: readonly Permission[] = [
  ...reader,
  'datasets.register',
  'files.write',
  'jobs.submit',
  'locations.read',
  'locations.record',
  'workflows.write',
]
const administrator: readonly Permission[] = [
  ...submitter,
  'files.manage',
  'jobs.manage',
  'locations.manage',
  'members.manage',
]

/** Of the whole platform. */
const observer: readonly Permission[] = [
  'organizations.list',
  'jobs.observe',
  'credits.observe',
  'files.observe',
  'locations.observe',
  'notifications.observe',
  'workflows.observe',
]

/** The one table of who may do what. A role exists only in the kinds that list it. */
const grants: Readonly<Record<OrganizationKind, Readonly<Partial<Record<Role, Grants>>>>> = {
  OPERATOR: {
    ANALYST: {
      organization: [...reader, 'files.write'],
      platform: [...observer, 'credits.recommend', 'credits.book'],
    },
    DIRECTOR: {
      organization: [...reader, 'files.write'],
      platform: [...observer, 'credits.approve', 'credits.record'],
    },
    ADMINISTRATOR: {
      organization: administrator,
      platform: [
        ...observer,
        'organizations.create',
        'files.operate',
        'jobs.operate',
        'locations.operate',
        'credits.book',
        'credits.configure',
        'credits.record',
        'notifications.operate',
        'notifications.announce',
        'workflows.operate',
        'workflows.review',
      ],
    },
  },
  MEMBER: {
    MEMBER: { organization: reader, platform: [] },
    SUBMITTER: { organization: submitter, platform: [] },
    TREASURER: { organization: [...reader, 'credits.trade', 'files.write'], platform: [] },
    ADMINISTRATOR: { organization: [...administrator, 'credits.trade'], platform: [] },
  },
}

const none: Grants = { organization: [], platform: [] }

/** What a role grants; nothing when the kind of organisation does not have it. */
export function grantsOf(kind: OrganizationKind, role: Role): Grants {
  return grants[kind][role] ?? none
}

export function rolesOf(kind: OrganizationKind): Role[] {
  return Object.keys(grants[kind]) as Role[]
}

/** Every permission that some role grants. */
export const allPermissions: ReadonlySet<string> = new Set(
  Object.values(grants)
    .flatMap((roles) => Object.values(roles))
    .flatMap(({ organization, platform }) => [...organization, ...platform]),
)

/**
 * Permissions that an API token can carry. It cannot make or revoke tokens: a leaked one must not be able to
 * outlive its own expiry or revocation through tokens of its own making.
 */
export const tokenScopes: ReadonlySet<string> = new Set(
  [...allPermissions].filter((permission) => permission !== 'tokens.manage'),
)
