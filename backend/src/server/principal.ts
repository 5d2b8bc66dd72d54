import type { Caller } from './call-context.ts'

export interface PrincipalMembership {
  readonly organizationId: string
  /** What the role grants there, not narrowed by an API token yet. */
  readonly permissions: ReadonlySet<string>
  readonly joinTime: Date
}

/** Who calls, as authentication found out. Frozen: it is shared by all calls with the same token. */
export interface Principal {
  readonly caller: Caller
  /** By organisation slug. */
  readonly memberships: ReadonlyMap<string, PrincipalMembership>
  /** What the operator organisation grants on the whole platform. */
  readonly platformPermissions: ReadonlySet<string>
  /** Set for an API token: nothing outside of these scopes, whatever the roles say. */
  readonly tokenScopes: ReadonlySet<string> | undefined
  /** When the credential stops being accepted, unless it is revoked before; unset where none was presented. */
  readonly credentialExpireTime?: Date
}

export interface Authenticator {
  /**
   * @param authorization the header, "Bearer TOKEN"
   * @throws DomainError UNAUTHENTICATED with the reason
   */
  authenticate(authorization: string | undefined): Promise<Principal>
}
