import { createHash, randomBytes } from 'node:crypto'

export const virtualHost = 'fairlead'

/** Accounts, and their rights as in docs/notifications.md: regular expressions over names of exchanges and queues. */
const accounts = {
  worker: {
    configure: '^fairlead\\..*',
    // Dead letters of queues go by the default exchange.
    write: '^(amq\\.default|fairlead\\..*)$',
    read: '^fairlead\\..*',
  },
  frontend: {
    configure: '^(fairlead\\.push|amq\\.gen-.*)$',
    write: '^amq\\.gen-.*',
    read: '^(fairlead\\.push|amq\\.gen-.*)$',
  },
  backend: {
    configure: '^fairlead\\.fixes(\\.dead)?$',
    write: '^(amq\\.default|fairlead\\.fixes)$',
    read: '^fairlead\\.fixes$',
  },
} as const

export type Account = keyof typeof accounts

export interface Definitions {
  readonly vhosts: readonly { readonly name: string }[]
  readonly users: readonly {
    readonly name: string
    readonly password_hash: string
    readonly hashing_algorithm: string
    readonly tags: readonly string[]
  }[]
  readonly permissions: readonly {
    readonly user: string
    readonly vhost: string
    readonly configure: string
    readonly write: string
    readonly read: string
  }[]
}

/** What RabbitMQ imports at each start; with accounts in it, it makes no guest. */
export function rabbitmqDefinitions(passwords: Readonly<Record<Account, string>>): string {
  const names = Object.keys(accounts) as Account[]
  const definitions: Definitions = {
    vhosts: [{ name: virtualHost }],
    users: names.map((name) => ({
      name,
      password_hash: passwordHash(passwords[name]),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
    })),
    permissions: names.map((user) => ({ user, vhost: virtualHost, ...accounts[user] })),
  }
  return `${JSON.stringify(definitions, undefined, 2)}\n`
}

/** Base64 of salt (32 bits) and SHA-256 of salt and password: RabbitMQ, "Passwords", computing a hash. */
export function passwordHash(password: string, salt = randomBytes(4)): string {
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest()
  return Buffer.concat([salt, digest]).toString('base64')
}
