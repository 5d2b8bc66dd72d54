import { createHash, randomBytes } from 'node:crypto'

export const API_TOKEN_PREFIX = 'flt_'
const SECRET_BYTES = 32
const SHOWN_CHARACTERS = 10
const API_TOKEN = /^flt_[A-Za-z0-9_-]{43}$/

export interface ApiTokenSecret {
  readonly secret: string
  readonly hash: Buffer
  /** What may be shown of it. */
  readonly prefix: string
}

export function newApiTokenSecret(): ApiTokenSecret {
  const secret = API_TOKEN_PREFIX + randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, hash: hashOf(secret), prefix: secret.slice(0, SHOWN_CHARACTERS) }
}

/** Undefined for what cannot be one. The hash is compared by the index: it tells nothing about the secret. */
export function apiTokenHash(token: string): Buffer | undefined {
  return API_TOKEN.test(token) ? hashOf(token) : undefined
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
