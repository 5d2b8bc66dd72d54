import type { Logger } from 'pino'

/** The organisation that a call of scope ORGANIZATION is about. */
export interface CallOrganization {
  /** UUIDv7, the key in the database. */
  readonly id: string
  /** The slug in resource names: "organizations/{slug}". */
  readonly slug: string
}

/** A device that calls with a token of its own, in place of a user. */
export interface CallDevice {
  /** UUIDv7. */
  readonly id: string
}

export interface Caller {
  /** UUIDv7. */
  readonly userId: string
  readonly displayName: string
  readonly email: string
}

/** What every handler is given beside the request, made by the access interceptor. */
export interface CallContext {
  /** Undefined only in methods of scope PUBLIC, and where a device calls. */
  readonly caller: Caller | undefined
  /** Set where a device calls: what it named is its own, as the interceptor has checked. */
  readonly device?: CallDevice
  /** Set in methods of scope ORGANIZATION only. */
  readonly organization: CallOrganization | undefined
  /** Permissions the caller has in `organization`, already narrowed to an API token's scopes. */
  readonly permissions: ReadonlySet<string>
  /** Set when the call came with an API token or a device's: its scopes. */
  readonly tokenScopes?: ReadonlySet<string>
  /** When the credential of the call stops being accepted, unless it is revoked before; unset in methods of scope PUBLIC. */
  readonly credentialExpireTime?: Date
  readonly requestId: string
  readonly log: Logger
  /** Aborted when the client cancels, disconnects or passes its deadline, and when the server stops. */
  readonly signal: AbortSignal
}

export interface OrganizationCallContext extends CallContext {
  readonly caller: Caller
  readonly organization: CallOrganization
}

/** Narrows the context of a method declared with scope ORGANIZATION. */
export function organizationContext(context: CallContext): OrganizationCallContext {
  const { caller, organization } = context
  if (caller === undefined || organization === undefined) {
    throw new Error('an ORGANIZATION method was reached without a caller or an organisation')
  }
  return { ...context, caller, organization }
}

/** Narrows the context of a method that requires a signed-in user. */
export function callerOf(context: CallContext): Caller {
  if (context.caller === undefined) throw new Error('a method that needs a caller was reached without one')
  return context.caller
}
