import type { CallDevice, Caller, CallOrganization } from './call-context.ts'

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

/** A device that tells where it is: it records fixes of its own, and may do nothing else at all. */
export interface DevicePrincipal {
  readonly device: CallDevice
  readonly organization: CallOrganization
  /** As of Principal; unset for a token that does not end by itself. */
  readonly credentialExpireTime?: Date
}

export interface Authenticator {
  /**
   * @param authorization the header, "Bearer TOKEN"
   * @throws DomainError UNAUTHENTICATED with the reason
   */
  authenticate(authorization: string | undefined): Promise<Principal | DevicePrincipal>
}
