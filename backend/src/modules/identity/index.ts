import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Listener } from '../../database/index.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { OidcSettings } from '../../settings.ts'
import { createApiTokenService } from './api-token-service.ts'
import { ApiTokenStore } from './api-token-store.ts'
import { accessTokenVerifier } from './authentication/access-token-verifier.ts'
import type { DeviceTokens } from './authentication/device-tokens.ts'
import { type IssuerKeysOptions, issuerKeys } from './authentication/issuer-keys.ts'
import { createTokenAuthenticator, type TokenAuthenticator } from './authentication/token-authenticator.ts'
import { identityHandler } from './identity-handler.ts'
import { createIdentityService, type IdentityService } from './identity-service.ts'
import { createInvitationService } from './invitation-service.ts'
import { createIssuerMemberships } from './issuer-memberships.ts'
import { createMemberService } from './member-service.ts'
import { MemberStore } from './member-store.ts'
import { createOrganizationService } from './organization-service.ts'
import { OrganizationStore } from './organization-store.ts'
import { createSignInService, type MoveInvited } from './sign-in-service.ts'
import { UserStore } from './user-store.ts'

export { awaitIssuer } from './authentication/await-issuer.ts'
export type { DeviceTokens } from './authentication/device-tokens.ts'
export { IDENTITY_CHANNEL } from './authentication/token-authenticator.ts'
export type { Member, Membership, Organization, User } from './identity-rows.ts'
export type { IdentityService } from './identity-service.ts'
export {
  type MemberKey,
  memberKey,
  membersAmong,
  type RolesAsked,
  usersAmong,
  usersWithRoles,
} from './members-among.ts'
export { allPermissions } from './role-permissions.ts'
export { readSeed, type Seed, seedIdentity } from './seed-identity.ts'
export { type TokenExpiryOptions, watchTokenExpiry } from './token-expiry.ts'

export interface IdentityModuleDeps {
  readonly dataSource: DataSource
  /** LISTENs on IDENTITY_CHANNEL. */
  readonly listener: Listener
  readonly oidc: OidcSettings
  readonly issuerKeys?: IssuerKeysOptions
  readonly pageTokens: PageTokens
  readonly moveInvited: MoveInvited
  readonly deviceTokens: DeviceTokens
  readonly log: Logger
}

export interface IdentityModule {
  readonly services: readonly RegisteredService[]
  readonly identity: IdentityService
  readonly authenticator: TokenAuthenticator
  close(): Promise<void>
}

/** For processes that serve no calls and only ask who is who. */
export function createIdentityReader(dataSource: DataSource): IdentityService {
  return createIdentityService(
    new OrganizationStore(dataSource),
    new MemberStore(dataSource),
    new UserStore(dataSource),
  )
}

export function createIdentityModule(deps: IdentityModuleDeps): IdentityModule {
  const { dataSource, pageTokens } = deps
  const organizationStore = new OrganizationStore(dataSource)
  const memberStore = new MemberStore(dataSource)
  const userStore = new UserStore(dataSource)
  const tokenStore = new ApiTokenStore(dataSource)
  const identity = createIdentityService(organizationStore, memberStore, userStore)
  const forget = (userId: string) => authenticator.forget(userId)
  const stores = { organizations: organizationStore, members: memberStore, users: userStore }
  const fromIssuer = createIssuerMemberships(dataSource, stores, forget, deps.log)
  const authenticator = createTokenAuthenticator({
    verify: accessTokenVerifier(deps.oidc, issuerKeys(deps.oidc, deps.issuerKeys)),
    signIn: createSignInService(dataSource, userStore, deps.moveInvited, fromIssuer).signIn,
    loadPrincipal: identity.principal,
    apiTokens: tokenStore,
    deviceTokens: deps.deviceTokens,
    listener: deps.listener,
    log: deps.log,
  })
  const followGroups = deps.oidc.groupsClaim !== undefined
  const invitations = createInvitationService(userStore, memberStore)
  const handler = identityHandler({
    identity,
    organizations: createOrganizationService(dataSource, organizationStore, memberStore, invitations, forget),
    members: createMemberService(
      dataSource,
      organizationStore,
      memberStore,
      invitations,
      followGroups,
      forget,
    ),
    apiTokens: createApiTokenService(dataSource, tokenStore, identity.permissionsOf, forget),
    pageTokens,
  })
  return { services: [handler], identity, authenticator, close: () => authenticator.close() }
}
