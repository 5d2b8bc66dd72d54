import { ErrorResponse, type User, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { renewalDelayMs } from './renewal-delay'
import { safeReturnAddress } from './return-address'

export type SessionState =
  | { readonly status: 'loading' }
  | { readonly status: 'signed-in'; readonly subject: string }
  /** `message` says why, when it was not the user's own doing in this tab. */
  | { readonly status: 'signed-out'; readonly message: string }

export interface Session {
  readonly state: () => SessionState
  subscribe(listener: () => void): () => void
  readonly accessToken: () => string | undefined
  /** Renews the tokens by the refresh token; false when the provider refuses. Concurrent calls share one renewal. */
  renew(): Promise<boolean>
  /** Leaves for the provider, to come back at `returnTo`. */
  signIn(returnTo: string): Promise<void>
  /** Ends the round trip at /signed-in; gives the address to go on to. */
  finishSignIn(): Promise<string>
  /** Leaves for the provider's sign-out, to come back at /. */
  signOut(): Promise<void>
  /** Forgets the tokens in this tab. */
  end(message: string): void
}

interface SignInState {
  readonly returnTo: string
}

/** What a provider in trouble answers (RFC 6749 4.1.2.1; unknown_error is Keycloak's): no word on the session. */
const passing: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'unknown_error'])

const ended = 'Your session has ended. Sign in again to continue where you were.'
const endedElsewhere = 'You signed out in another tab.'

/**
 * The user's session by OpenID Connect: authorization code with PKCE, renewed by refresh token. Tokens lie
 * in sessionStorage: a reload keeps them, other tabs and a later visit do not have them.
 */
export async function createSession(configuration: {
  issuer: string
  clientId: string
  scopes: string
}): Promise<Session> {
  const store = new WebStorageStateStore({ store: window.sessionStorage })
  const manager = new UserManager({
    authority: configuration.issuer,
    client_id: configuration.clientId,
    redirect_uri: `${window.location.origin}/signed-in`,
    post_logout_redirect_uri: `${window.location.origin}/`,
    scope: configuration.scopes,
    response_type: 'code',
    userStore: store,
    // The round trip begins and ends in one tab.
    stateStore: store,
    // Done here, so that it never runs beside a renewal that a refused call asked for: a provider that
    // rotates refresh tokens takes the second use of one for theft.
    automaticSilentRenew: false,
    monitorSession: false,
    loadUserInfo: false,
    revokeTokensOnSignout: false,
  })

  const listeners = new Set<() => void>()
  const tabs = new BroadcastChannel('fairlead-session')
  let user: User | null = null
  let state: SessionState = { status: 'loading' }
  let renewal: Promise<boolean> | undefined
  let finishing: Promise<string> | undefined
  let expiring: ReturnType<typeof setTimeout> | undefined

  function become(next: User | null, message = ''): void {
    user = next
    renewLater()
    state =
      next === null ? { status: 'signed-out', message } : { status: 'signed-in', subject: next.profile.sub }
    for (const listener of listeners) listener()
  }

  function end(message: string): void {
    if (user === null) return
    become(null, message)
    manager.removeUser().catch(reportToConsole)
  }

  async function renew(): Promise<boolean> {
    try {
      const renewed = await manager.signinSilent()
      if (renewed === null) return false
      become(renewed)
      return true
    } catch (error) {
      // Refused by the provider: the session is over. Anything else, such as no network, may pass.
      if (error instanceof ErrorResponse && !passing.has(error.error ?? '')) return false
      if (user?.refresh_token === undefined) return false
      throw error
    }
  }

  function renewOnce(): Promise<boolean> {
    renewal ??= renew().finally(() => {
      renewal = undefined
    })
    return renewal
  }

  function renewLater(): void {
    clearTimeout(expiring)
    if (user?.expires_in === undefined) return
    expiring = setTimeout(() => {
      renewOnce().then(
        (renewed) => {
          if (!renewed) end(ended)
        },
        // Without a network now: the first call that is refused tries again.
        () => undefined,
      )
    }, renewalDelayMs(user.expires_in))
  }

  manager.events.addUserLoaded((loaded) => become(loaded))
  tabs.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === 'signed-out') end(endedElsewhere)
  })

  const stored = await manager.getUser()
  if (stored?.expired) {
    const renewed = stored.refresh_token === undefined ? false : await renew().catch(() => false)
    if (!renewed) {
      await manager.removeUser()
      become(null, ended)
    }
  } else {
    become(stored)
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    accessToken: () => user?.access_token,
    renew: renewOnce,
    async signIn(returnTo) {
      await manager.signinRedirect({ state: { returnTo } satisfies SignInState })
    },
    finishSignIn() {
      // The code can be used once, and React runs effects twice in development.
      finishing ??= manager.signinRedirectCallback().then((signedIn) => {
        become(signedIn)
        return safeReturnAddress((signedIn.state as SignInState | undefined)?.returnTo)
      })
      return finishing
    },
    async signOut() {
      tabs.postMessage('signed-out')
      await manager.signoutRedirect()
    },
    end: (message) => end(message || ended),
  }
}

function reportToConsole(error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: nothing can be shown about it, yet it must not vanish.
  console.warn('The stored session could not be removed:', error)
}
