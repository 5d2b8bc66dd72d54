import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { DomainError } from '../../../errors/domain-error.ts'
import type { OidcSettings } from '../../../settings.ts'
import { issuerUnavailable, unauthenticated } from '../errors.ts'

/** Who the issuer says it is. */
export interface AccessTokenClaims {
  readonly issuer: string
  readonly subject: string
  /** Lower case; undefined when the issuer tells none that could be one. */
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly displayName: string
  readonly expireTimeMs: number
  readonly issueTime: Date
  /** At the issuer; undefined when they are not to be followed, or when this token does not tell them. */
  readonly groups: readonly string[] | undefined
}

export type AccessTokenVerifier = (token: string) => Promise<AccessTokenClaims>

/** Signed by a private key only: with a symmetric algorithm the public key would verify what it signed. */
const ALGORITHMS = ['RS256', 'ES256']
/** RFC 9068 and what issuers use in its place; other types are tokens for other purposes. */
const TYPES: ReadonlySet<string | undefined> = new Set(['at+jwt', 'application/at+jwt', 'jwt', undefined])
export const CLOCK_TOLERANCE_SECONDS = 5
const EMAIL_MAX_LENGTH = 320
const NAME_MAX_LENGTH = 200

/** Checks signature, algorithm, type, iss, aud, exp, nbf, sub and azp or client_id. */
export function accessTokenVerifier(oidc: OidcSettings, keys: JWTVerifyGetKey): AccessTokenVerifier {
  const clients = new Set(oidc.clients)
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer: oidc.issuer,
      audience: oidc.audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
    }).catch((error) => {
      throw refusal(error)
    })
    if (!TYPES.has(protectedHeader.typ?.toLowerCase())) throw unauthenticated('TOKEN_INVALID')
    const client = payload['azp'] ?? payload['client_id']
    if (typeof client !== 'string' || !clients.has(client)) throw unauthenticated('TOKEN_CLIENT')
    return claimsOf(payload, oidc)
  }
}

function claimsOf(payload: JWTPayload, { issuer, groupsClaim }: OidcSettings): AccessTokenClaims {
  const { sub, exp, iat } = payload
  if (typeof sub !== 'string' || sub === '' || exp === undefined) throw unauthenticated('TOKEN_INVALID')
  const email = emailOf(payload['email'])
  const names = [payload['name'], payload['preferred_username'], email, sub]
  const name = names.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '') as string
  return {
    issuer,
    subject: sub,
    email,
    emailVerified: email !== undefined && payload['email_verified'] === true,
    displayName: storable(name).trim().slice(0, NAME_MAX_LENGTH),
    expireTimeMs: exp * 1000,
    // Without one any token may follow any other.
    issueTime: new Date((iat ?? 0) * 1000),
    groups: groupsClaim === undefined ? undefined : groupsOf(payload, groupsClaim),
  }
}

/** No claim at all means no groups: that is how issuers say so. */
function groupsOf(payload: JWTPayload, claim: string): string[] | undefined {
  // Too many for a token: the claim is to be fetched elsewhere (OpenID Connect Core 1.0, section 5.6.2).
  const elsewhere = payload['_claim_names']
  if (typeof elsewhere === 'object' && elsewhere !== null && claim in elsewhere) return undefined
  const value = payload[claim]
  const groups = Array.isArray(value) ? value : [value]
  return groups.filter((group) => typeof group === 'string').map((group) => storable(group))
}

function emailOf(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined
  const email = storable(claim).trim().toLowerCase()
  return email.length <= EMAIL_MAX_LENGTH && /^[^\s@]+@[^\s@]+$/.test(email) ? email : undefined
}

/** PostgreSQL's text takes every character but this one. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '')
}

function refusal(error: unknown): DomainError {
  if (error instanceof errors.JWTExpired) return unauthenticated('TOKEN_EXPIRED', error)
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return unauthenticated('TOKEN_ISSUER', error)
    if (error.claim === 'aud') return unauthenticated('TOKEN_AUDIENCE', error)
    if (error.claim === 'nbf') return unauthenticated('TOKEN_NOT_YET_VALID', error)
    return unauthenticated('TOKEN_INVALID', error)
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return unauthenticated('TOKEN_ALGORITHM', error)
  if (error instanceof errors.JWSSignatureVerificationFailed) return unauthenticated('TOKEN_SIGNATURE', error)
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return unauthenticated('TOKEN_KEY_UNKNOWN', error)
  }
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return unauthenticated('TOKEN_INVALID', error)
  }
  // Everything else comes from fetching the keys, which is no fault of the caller's.
  return issuerUnavailable(error)
}
