import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { OidcSettings } from '../../../settings.ts'

export interface IssuerKeysOptions {
  /** After a fetch an unknown key id causes no other one for so long: forged tokens must not flood the issuer. */
  readonly cooldownMs?: number
  readonly timeoutMs?: number
}

const COOLDOWN_MS = 10_000
const TIMEOUT_MS = 5_000
const KEYS_MAX_AGE_MS = 10 * 60_000
const WELL_KNOWN = '/.well-known/openid-configuration'

const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string() })).min(1) })
const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url() })

/**
 * The issuer's keys, found by OpenID Connect Discovery 1.0 at the first token: the server starts without the
 * issuer. Kept for ten minutes, and fetched again when a token names a key that is not among them.
 */
export function issuerKeys(oidc: OidcSettings, options: IssuerKeysOptions = {}): JWTVerifyGetKey {
  const timeoutDuration = options.timeoutMs ?? TIMEOUT_MS
  let keys: Promise<JWTVerifyGetKey> | undefined

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const address = await jwksAddress(oidc, timeoutDuration)
    return createRemoteJWKSet(address, {
      timeoutDuration,
      cooldownDuration: options.cooldownMs ?? COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
    })
  }

  return async (header, token) => {
    keys ??= discover()
    try {
      return await (await keys)(header, token)
    } catch (error) {
      if (await isRejected(keys)) keys = undefined
      throw error
    }
  }
}

/**
 * Reads what checking a token takes, once.
 * @throws an Error that says what the issuer did not answer
 */
export async function readIssuer(oidc: OidcSettings, timeoutMs = TIMEOUT_MS): Promise<void> {
  const address = await jwksAddress(oidc, timeoutMs)
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  keysSchema.parse(await response.json())
}

async function isRejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  )
}

async function jwksAddress(oidc: OidcSettings, timeoutMs: number): Promise<URL> {
  const response = await fetch(oidc.discoveryUrl, { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`${oidc.discoveryUrl} answered ${response.status}`)
  const metadata = metadataSchema.parse(await response.json())
  if (metadata.issuer !== oidc.issuer) {
    throw new Error(
      `${oidc.discoveryUrl} speaks for ${metadata.issuer}, not for FAIRLEAD_OIDC_ISSUER ${oidc.issuer}`,
    )
  }
  const inside = oidc.discoveryUrl.endsWith(WELL_KNOWN)
    ? oidc.discoveryUrl.slice(0, -WELL_KNOWN.length)
    : undefined
  const outside = oidc.issuer.replace(/\/$/, '')
  // Where the issuer is asked at an inside address, its own address may not be reachable from here.
  const rebase = inside !== undefined && metadata.jwks_uri.startsWith(`${outside}/`)
  return new URL(rebase ? inside + metadata.jwks_uri.slice(outside.length) : metadata.jwks_uri)
}
