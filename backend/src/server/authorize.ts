import { DomainError } from '../errors/domain-error.ts'
import type { AccessPolicy } from './access-policy.ts'
import type { CallContext, CallOrganization } from './call-context.ts'
import type { DevicePrincipal, Principal } from './principal.ts'

type Authorized = Pick<
  CallContext,
  'caller' | 'device' | 'organization' | 'permissions' | 'tokenScopes' | 'credentialExpireTime'
>

/** What someone shared with single users, beyond what their memberships let them see. */
export interface SharedResources {
  /**
   * The organisation of the very thing that is named, "organizations/{organization}/..." as a method's request
   * has it; undefined unless it was shared with the user and still is.
   */
  sharedWith(resourceName: string, userId: string): Promise<CallOrganization | undefined>
}

const nothing: ReadonlySet<string> = new Set()
const ORGANIZATION_NAME = /^organizations\/([a-z][a-z0-9-]{1,62})(?:\/|$)/

/** The organisation's slug that a resource name begins with. */
export function organizationSlug(resourceName: unknown): string | undefined {
  return typeof resourceName === 'string' ? ORGANIZATION_NAME.exec(resourceName)?.[1] : undefined
}

/**
 * Lets a call through or throws PERMISSION_DENIED. Denies unless the policy and the principal together say
 * otherwise.
 */
export async function authorize(
  policy: AccessPolicy,
  principal: Principal | DevicePrincipal | undefined,
  request: unknown,
  shared: SharedResources,
): Promise<Authorized> {
  if (principal !== undefined && 'device' in principal) return authorizeDevice(policy, principal, request)
  const authorized = await decide(policy, principal, request, shared)
  if (principal === undefined) return authorized
  const { tokenScopes, credentialExpireTime } = principal
  return {
    ...authorized,
    ...(tokenScopes === undefined ? {} : { tokenScopes }),
    ...(credentialExpireTime === undefined ? {} : { credentialExpireTime }),
  }
}

async function decide(
  policy: AccessPolicy,
  principal: Principal | undefined,
  request: unknown,
  shared: SharedResources,
): Promise<Authorized> {
  if (policy.scope === 'PUBLIC')
    return { caller: principal?.caller, organization: undefined, permissions: nothing }
  if (principal === undefined) throw new DomainError('UNAUTHENTICATED', 'TOKEN_MISSING', 'Sign in first.')
  const { permission } = policy
  switch (policy.scope) {
    case 'SELF':
      // About themselves anyone may do anything; a token does what it was made for.
      if (permission !== '') checkTokenScope(principal, permission)
      return { caller: principal.caller, organization: undefined, permissions: nothing }
    case 'PLATFORM':
      if (!principal.platformPermissions.has(permission)) {
        throw denied(
          'PLATFORM_PERMISSION_MISSING',
          permission,
          `Only operators with ${permission} may do this.`,
        )
      }
      checkTokenScope(principal, permission)
      return { caller: principal.caller, organization: undefined, permissions: nothing }
    case 'ORGANIZATION':
      return authorizeInOrganization(policy, principal, request, shared)
    default: {
      const unknown: never = policy.scope
      throw new Error(`unknown scope ${String(unknown)}`)
    }
  }
}

async function authorizeInOrganization(
  policy: AccessPolicy,
  principal: Principal,
  request: unknown,
  shared: SharedResources,
): Promise<Authorized> {
  const { permission, resourceField } = policy
  const name =
    resourceField === undefined ? undefined : (request as Readonly<Record<string, unknown>>)[resourceField]
  const slug = organizationSlug(name)
  const membership = slug === undefined ? undefined : principal.memberships.get(slug)
  if (!membership?.permissions.has(permission) && policy.shared && typeof name === 'string') {
    const organization = await shared.sharedWith(name, principal.caller.userId)
    if (organization !== undefined) {
      checkTokenScope(principal, permission)
      return { caller: principal.caller, organization, permissions: new Set([permission]) }
    }
  }
  if (slug === undefined || membership === undefined) {
    // The same for an absent organisation and for someone else's: which of the two it is, is not told.
    throw denied(
      'NOT_A_MEMBER',
      permission,
      'You are not a member of this organisation, or it does not exist.',
    )
  }
  if (!membership.permissions.has(permission)) {
    throw denied(
      'PERMISSION_MISSING',
      permission,
      `Your role in organizations/${slug} does not include ${permission}. Ask one of its administrators.`,
    )
  }
  checkTokenScope(principal, permission)
  const scopes = principal.tokenScopes
  return {
    caller: principal.caller,
    organization: { id: membership.organizationId, slug },
    permissions:
      scopes === undefined
        ? membership.permissions
        : new Set([...membership.permissions].filter((granted) => scopes.has(granted))),
  }
}

/** The one thing that a device may do, of the device itself. */
const DEVICE_PERMISSION = 'locations.record'
const devicePermissions: ReadonlySet<string> = new Set([DEVICE_PERMISSION])

/** A device writes its own fixes. Whatever else a method is for, whoever else may call it: not a device. */
function authorizeDevice(policy: AccessPolicy, principal: DevicePrincipal, request: unknown): Authorized {
  const { device, organization, credentialExpireTime } = principal
  const { devices, permission, resourceField } = policy
  const own = nameOf(principal)
  const isOwn =
    devices &&
    permission === DEVICE_PERMISSION &&
    resourceField !== undefined &&
    (request as Readonly<Record<string, unknown>> | undefined)?.[resourceField] === own
  if (!isOwn) throw deviceDenied(principal, permission)
  return {
    caller: undefined,
    device,
    organization,
    permissions: devicePermissions,
    tokenScopes: devicePermissions,
    ...(credentialExpireTime === undefined ? {} : { credentialExpireTime }),
  }
}

export function deviceDenied(principal: DevicePrincipal, permission = ''): DomainError {
  const text = `A device's token records fixes of ${nameOf(principal)}, and does nothing else.`
  return denied('DEVICE_TOKEN', permission, text)
}

function nameOf({ organization, device }: DevicePrincipal): string {
  return `organizations/${organization.slug}/devices/${device.id}`
}

function checkTokenScope(principal: Principal, permission: string): void {
  if (principal.tokenScopes === undefined || principal.tokenScopes.has(permission)) return
  throw denied('TOKEN_SCOPE_MISSING', permission, `The API token's scopes do not include ${permission}.`)
}

function denied(reason: string, permission: string, message: string): DomainError {
  return new DomainError('PERMISSION_DENIED', reason, message, { metadata: { permission } })
}
