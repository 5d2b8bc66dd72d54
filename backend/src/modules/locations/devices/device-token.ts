import { createHash, randomBytes } from 'node:crypto'

export const DEVICE_TOKEN_PREFIX = 'fld_'
const SECRET_BYTES = 32
const SHOWN_CHARACTERS = 10
const DEVICE_TOKEN = /^fld_[A-Za-z0-9_-]{43}$/

export interface DeviceToken {
  /** Shown once. */
  readonly secret: string
  /** SHA-256 of the secret, which is kept in its place: of 32 random bytes nobody finds it out. */
  readonly hash: Buffer
  /** What may be shown of it. */
  readonly prefix: string
}

export function newDeviceToken(): DeviceToken {
  const secret = DEVICE_TOKEN_PREFIX + randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, hash: hashOf(secret), prefix: secret.slice(0, SHOWN_CHARACTERS) }
}

/** Undefined for what cannot be one. The hash is compared by the index: it tells nothing about the secret. */
export function deviceTokenHash(token: string): Buffer | undefined {
  return DEVICE_TOKEN.test(token) ? hashOf(token) : undefined
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
