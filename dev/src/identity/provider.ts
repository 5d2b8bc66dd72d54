import { createHmac } from 'node:crypto'
import type { JWK } from 'jose'
import { type AccountClaims, type Configuration, errors, Provider, type ResourceServer } from 'oidc-provider'
import { accountBySubject, type DemoAccount, subjectOf } from './accounts.ts'
import { developmentGrantType, grantDevelopmentToken } from './development-grant.ts'
import { renderError, renderSignedOut, renderSignOut } from './pages.ts'
import type { IdentitySettings } from './settings.ts'
import { adapterOver, type Store } from './store.ts'

/** The audience of Fairlead's own interfaces (RFC 8707 resource, RFC 9068 `aud`). */
const audience = 'fairlead'
/** A resource indicator must be a URI; the token's audience stays the plain name. */
const resource = 'urn:fairlead'
const dayS = 86_400

/** The development identity provider: OpenID Connect with demo users, for one machine alone. */
export function createProvider(
  settings: IdentitySettings,
  { accounts, key, store }: { accounts: DemoAccount[]; key: JWK; store: Store },
): Provider {
  const provider = new Provider(settings.issuer, configuration(settings, accounts, key, store))
  provider.registerGrantType(
    developmentGrantType,
    grantDevelopmentToken({
      secret: settings.developmentGrant,
      accounts,
      resource,
      resourceServer: resourceServer(settings.tokenSeconds),
    }),
    ['username', 'secret'],
  )
  return provider
}

function configuration(
  { issuer, tokenSeconds, developmentGrant }: IdentitySettings,
  accounts: DemoAccount[],
  key: JWK,
  store: Store,
): Configuration {
  const { pathname, port } = new URL(issuer)
  return {
    adapter: adapterOver(store),
    jwks: { keys: [key as never] },
    clients: [webClient(issuer), commandLineClient],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    // Small, and pages want a name at once.
    conformIdTokenClaims: false,
    findAccount: (_, subject) => {
      const account = accountBySubject(accounts, subject)
      return account === undefined
        ? undefined
        : { accountId: subject, claims: () => claimsOf(account) as AccountClaims }
    },
    // Also seen without a browser, so that the interfaces need not ask for user information.
    extraTokenClaims: (_, token) => {
      const account = 'accountId' in token ? accountBySubject(accounts, String(token.accountId)) : undefined
      return account === undefined ? undefined : profileOf(account)
    },
    cookies: {
      // Derived, so that it lasts as long as the home's other secrets.
      keys: [createHmac('sha256', developmentGrant).update('cookies').digest('hex')],
      // Cookies know no ports: two copies on one machine must not take each other's.
      names: {
        session: `fairlead_dev_${port}_session`,
        interaction: `fairlead_dev_${port}_interaction`,
        resume: `fairlead_dev_${port}_resume`,
      },
      short: { sameSite: 'lax' },
      long: { path: '/auth', sameSite: 'lax' },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: renderSignOut,
        postLogoutSuccessSource: renderSignedOut,
      },
      revocation: { enabled: true },
      userinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // Also when the client names none: all our clients want the same audience.
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, indicator) => {
          if (indicator !== resource) throw new errors.InvalidTarget()
          return resourceServer(tokenSeconds)
        },
      },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Without offline_access too: the page renews by rotation and needs no hidden frame. Such a token ends
    // with the session.
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // Our own clients need no consent.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider, params } = ctx.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const known = session.grantIdFor(client.clientId)
      const grant =
        (known === undefined ? undefined : await provider.Grant.find(known)) ??
        new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope(String(params?.['scope'] ?? 'openid'))
      grant.addResourceScope(resource, 'openid profile email')
      await grant.save()
      return grant
    },
    interactions: { url: (_, interaction) => `${pathname}/sign-in/${interaction.uid}` },
    renderError,
    ttl: {
      AccessToken: tokenSeconds,
      AuthorizationCode: 60,
      IdToken: tokenSeconds,
      Interaction: 3600,
      RefreshToken: 14 * dayS,
      Session: 14 * dayS,
      Grant: 14 * dayS,
    },
    // A clock may be off by as much between a laptop and its containers.
    clockTolerance: 5,
    routes: { end_session: '/session/end' },
  }
}

/** What every access token of ours is for: a JWT by RFC 9068. */
function resourceServer(tokenSeconds: number): ResourceServer {
  return {
    scope: 'openid profile email',
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: tokenSeconds,
    jwt: { sign: { alg: 'ES256' } },
  }
}

/** The pages: a public client, so PKCE instead of a secret. */
function webClient(issuer: string): NonNullable<Configuration['clients']>[number] {
  const { port } = new URL(issuer)
  const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}${port === '' ? '' : `:${port}`}`)
  return {
    client_id: 'fairlead-web',
    client_name: 'Fairlead',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: origins.flatMap((origin) => [`${origin}/signed-in`, `${origin}/silent-renew`]),
    post_logout_redirect_uris: origins.flatMap((origin) => [`${origin}/`, origin]),
  }
}

/** `npm run token`; it can do nothing but the development grant. */
const commandLineClient: NonNullable<Configuration['clients']>[number] = {
  client_id: 'fairlead-cli',
  client_name: 'Fairlead on the command line',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: [developmentGrantType],
  response_types: [],
  redirect_uris: [],
}

function profileOf(account: DemoAccount) {
  return { email: account.email, email_verified: true, name: account.displayName }
}

function claimsOf(account: DemoAccount) {
  return { sub: subjectOf(account), preferred_username: account.username, ...profileOf(account) }
}
