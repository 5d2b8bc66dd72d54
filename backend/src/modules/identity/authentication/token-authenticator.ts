import type { Logger } from 'pino'
import type { Listener } from '../../../database/index.ts'
import type { Authenticator, DevicePrincipal, Principal } from '../../../server/principal.ts'
import type { ApiTokenStore } from '../api-token-store.ts'
import { unauthenticated } from '../errors.ts'
import type { SignInService } from '../sign-in-service.ts'
import { type AccessTokenVerifier, CLOCK_TOLERANCE_SECONDS } from './access-token-verifier.ts'
import { apiTokenSecrets } from './api-token-secret.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { DeviceTokens } from './device-tokens.ts'

/** Told by the database, on every backend, when what a user or a device may do has changed. */
export const IDENTITY_CHANNEL = 'identity'

const TOKENS_KEPT = 10_000
const PRINCIPALS_KEPT = 10_000
/** The bound on staleness should a notification ever be lost. */
const TRUSTED_MS = 5_000
const USE_NOTED_EVERY_MS = 60_000
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i

export interface TokenAuthenticatorDeps {
  readonly verify: AccessTokenVerifier
  readonly signIn: SignInService['signIn']
  readonly loadPrincipal: (userId: string) => Promise<Principal | undefined>
  readonly apiTokens: ApiTokenStore
  readonly deviceTokens: DeviceTokens
  /** LISTENs on IDENTITY_CHANNEL; payloads are ids of users and devices. */
  readonly listener: Listener
  readonly log: Logger
}

export interface TokenAuthenticator extends Authenticator {
  /** Forgets at once what this process knows about a user or a device. Others learn it from the database. */
  forget(id: string): void
  /** Waits for writes that are under way. */
  close(): Promise<void>
}

/** A token that was found good. */
interface Credential {
  readonly userId: string
  readonly expireTimeMs: number
  /** Until when it need not be looked at again. */
  readonly trustedUntilMs: number
  readonly apiToken: { readonly id: string; readonly scopes: ReadonlySet<string> } | undefined
}

interface TrustedPrincipal {
  readonly principal: Principal
  readonly trustedUntilMs: number
}

interface TrustedDevice {
  readonly principal: DevicePrincipal
  readonly trustedUntilMs: number
}

/** Access tokens of the issuer, API tokens, and tokens of devices: all in "authorization: Bearer". */
export function createTokenAuthenticator(deps: TokenAuthenticatorDeps): TokenAuthenticator {
  const credentials = new BoundedCache<string, Credential>(TOKENS_KEPT)
  const principals = new BoundedCache<string, TrustedPrincipal>(PRINCIPALS_KEPT)
  const devices = new BoundedCache<string, TrustedDevice>(TOKENS_KEPT)
  const usesNoted = new BoundedCache<string, number>(TOKENS_KEPT)
  const writes = new Set<Promise<void>>()
  /** Counts forgettings: what was being read meanwhile is used once, and not kept. */
  let generation = 0

  function forget(id: string): void {
    generation++
    principals.delete(id)
    credentials.deleteWhere((credential) => credential.userId === id && credential.apiToken !== undefined)
    devices.deleteWhere(({ principal }) => principal.device.id === id)
  }
  function forgetAll(): void {
    generation++
    principals.clear()
    credentials.deleteWhere(({ apiToken }) => apiToken !== undefined)
    devices.clear()
  }
  const onNotification = (_channel: string, id: string) => forget(id)
  deps.listener.on('notification', onNotification)
  deps.listener.on('resync', forgetAll)

  async function credentialOf(token: string): Promise<Credential> {
    const kept = credentials.get(token)
    const now = Date.now()
    if (kept !== undefined && now < kept.trustedUntilMs) {
      if (kept.apiToken === undefined || deps.listener.connected) return kept
    }
    credentials.delete(token)
    const before = generation
    const fresh = token.startsWith(apiTokenSecrets.prefix) ? await apiToken(token) : await accessToken(token)
    if (fresh.apiToken === undefined || before === generation) credentials.set(token, fresh)
    return fresh
  }

  async function accessToken(token: string): Promise<Credential> {
    const claims = await deps.verify(token)
    const expireTimeMs = claims.expireTimeMs + CLOCK_TOLERANCE_SECONDS * 1000
    const userId = await deps.signIn(claims)
    return { userId, expireTimeMs, trustedUntilMs: expireTimeMs, apiToken: undefined }
  }

  async function apiToken(token: string): Promise<Credential> {
    const hash = apiTokenSecrets.hash(token)
    const found = hash === undefined ? undefined : await deps.apiTokens.byHash(hash)
    if (found === undefined) throw unauthenticated('TOKEN_INVALID')
    const expireTimeMs = found.expireTime.getTime()
    if (expireTimeMs <= Date.now()) throw unauthenticated('TOKEN_EXPIRED')
    return {
      userId: found.userId,
      expireTimeMs,
      trustedUntilMs: Math.min(expireTimeMs, Date.now() + TRUSTED_MS),
      apiToken: { id: found.id, scopes: new Set(found.scopes) },
    }
  }

  async function principalOf(userId: string): Promise<Principal> {
    const kept = principals.get(userId)
    if (kept !== undefined && Date.now() < kept.trustedUntilMs && deps.listener.connected)
      return kept.principal
    const before = generation
    const principal = await deps.loadPrincipal(userId)
    if (principal === undefined) {
      credentials.deleteWhere((credential) => credential.userId === userId)
      throw unauthenticated('TOKEN_INVALID')
    }
    if (before === generation) principals.set(userId, { principal, trustedUntilMs: Date.now() + TRUSTED_MS })
    return principal
  }

  async function deviceOf(token: string): Promise<DevicePrincipal> {
    const kept = devices.get(token)
    if (kept !== undefined && Date.now() < kept.trustedUntilMs && deps.listener.connected) {
      return kept.principal
    }
    devices.delete(token)
    const before = generation
    const found = await deps.deviceTokens.find(token)
    if (found === undefined) throw unauthenticated('TOKEN_INVALID')
    const { deviceId, organization, expireTime } = found
    const expireTimeMs = expireTime?.getTime() ?? Number.POSITIVE_INFINITY
    if (expireTimeMs <= Date.now()) throw unauthenticated('TOKEN_EXPIRED')
    const principal: DevicePrincipal = {
      device: { id: deviceId },
      organization,
      ...(expireTime === undefined ? {} : { credentialExpireTime: expireTime }),
    }
    const trustedUntilMs = Math.min(expireTimeMs, Date.now() + TRUSTED_MS)
    if (before === generation) devices.set(token, { principal, trustedUntilMs })
    return principal
  }

  function noteUse(tokenId: string): void {
    const now = Date.now()
    if (now - (usesNoted.get(tokenId) ?? 0) < USE_NOTED_EVERY_MS) return
    usesNoted.set(tokenId, now)
    // Not worth a caller's time, nor failing the call.
    const write = deps.apiTokens
      .noteUse(tokenId)
      .catch((error) => deps.log.warn({ err: error }, "an API token's use was not noted"))
      .finally(() => writes.delete(write))
    writes.add(write)
  }

  return {
    async authenticate(authorization) {
      if (authorization === undefined) throw unauthenticated('TOKEN_MISSING')
      const token = BEARER.exec(authorization)?.[1]
      if (token === undefined) throw unauthenticated('TOKEN_MALFORMED')
      if (token.startsWith(deps.deviceTokens.prefix)) return deviceOf(token)
      const credential = await credentialOf(token)
      const principal = await principalOf(credential.userId)
      const credentialExpireTime = new Date(credential.expireTimeMs)
      if (credential.apiToken === undefined) return { ...principal, credentialExpireTime }
      noteUse(credential.apiToken.id)
      return { ...principal, tokenScopes: credential.apiToken.scopes, credentialExpireTime }
    },
    forget,
    async close() {
      deps.listener.off('notification', onNotification)
      deps.listener.off('resync', forgetAll)
      await Promise.all(writes)
    },
  }
}
