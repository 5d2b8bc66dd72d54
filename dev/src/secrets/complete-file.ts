import type { Definitions } from './rabbitmq-definitions.ts'

/**
 * A file of an environment with what it lacks of one made now: variables, accounts with their rights, Secrets. What
 * stands in it stays as it is.
 */
export function completeFile(name: string, present: string, made: string): string {
  if (name.endsWith('.env')) return withMissingVariables(present, made)
  if (name.endsWith('.json')) return withMissingAccounts(present, made)
  return withMissingSecrets(present, made)
}

function withMissingVariables(present: string, made: string): string {
  const known = new Set(present.split('\n').map(keyOf))
  const missing = made.split('\n').filter((line) => line !== '' && !known.has(keyOf(line)))
  return withLines(present, missing)
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf('=')).trim()
}

function withMissingAccounts(present: string, made: string): string {
  const before = JSON.parse(present) as Partial<Definitions>
  const now = JSON.parse(made) as Definitions
  const { users = [], permissions = [] } = before
  const known = new Set(users.map(({ name }) => name))
  const isNew = (account: string) => !known.has(account)
  if (!now.users.some(({ name }) => isNew(name))) return present
  const after = {
    ...before,
    users: [...users, ...now.users.filter(({ name }) => isNew(name))],
    permissions: [...permissions, ...now.permissions.filter(({ user }) => isNew(user))],
  }
  return `${JSON.stringify(after, undefined, 2)}\n`
}

/** Entries of `secretGenerator`, which stands last. */
function withMissingSecrets(present: string, made: string): string {
  const entries = made.match(/^ {2}- name: .*\n(?: {4}.*\n)*/gm) ?? []
  const missing = entries.filter((entry) => !present.includes(entry.slice(0, entry.indexOf('\n') + 1)))
  return withLines(
    present,
    missing.map((entry) => entry.trimEnd()),
  )
}

function withLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${before}${lines.join('\n')}\n`
}
