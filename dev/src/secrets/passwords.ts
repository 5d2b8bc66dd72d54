import { randomBytes } from 'node:crypto'

/** Every value that is chosen at random. Those of one name stand in several Secrets, on both sides of a connection. */
const passwordNames = [
  'signingSecret',
  'postgresSuperuser',
  'postgresFairlead',
  'postgresKeycloak',
  'rabbitmqWorker',
  'rabbitmqFrontend',
  'rabbitmqBackend',
  'minioRoot',
  's3',
  'keycloakAdministrator',
] as const

export type Passwords = Readonly<Record<(typeof passwordNames)[number], string>>

/**
 * Those known, and new ones in place of those missing: 192 bits, in characters that no URL or shell escapes and no
 * program takes for an option.
 */
export function completePasswords(known: Partial<Passwords>): Passwords {
  const entries = passwordNames.map((name) => [name, known[name] ?? randomBytes(24).toString('hex')])
  return Object.fromEntries(entries) as Passwords
}

export function readPasswords(text: string): Partial<Passwords> {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(entries) as Partial<Passwords>
}

export function writePasswords(passwords: Passwords): string {
  const lines = passwordNames.map((name) => `${name}=${passwords[name]}\n`)
  return `# What the other files are made of. They are made when they are missing, get what they lack, and are never overwritten.\n${lines.join('')}`
}
