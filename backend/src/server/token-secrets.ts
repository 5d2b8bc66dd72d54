import { createHash, randomBytes } from 'node:crypto'

export interface TokenSecret {
  /** Shown once. */
  readonly secret: string
  /** SHA-256 of the secret, which is kept in its place: of 32 random bytes nobody finds it out. */
  readonly hash: Buffer
  /** What may be shown of it. */
  readonly prefix: string
}

const SECRET_BYTES = 32
const SHOWN_CHARACTERS = 10

/** Opaque bearer tokens of one kind, which their first characters tell, such as "flt_". */
export class TokenSecrets {
  readonly prefix: string
  readonly #form: RegExp

  constructor(prefix: string) {
    this.prefix = prefix
    this.#form = new RegExp(`^${prefix}[A-Za-z0-9_-]{43}$`)
  }

  make(): TokenSecret {
    const secret = this.prefix + randomBytes(SECRET_BYTES).toString('base64url')
    return { secret, hash: hashOf(secret), prefix: secret.slice(0, SHOWN_CHARACTERS) }
  }

  /** Undefined for what cannot be one. The hash is compared by the index: it tells nothing about the secret. */
  hash(token: string): Buffer | undefined {
    return this.#form.test(token) ? hashOf(token) : undefined
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
