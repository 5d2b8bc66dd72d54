import { readFileSync } from 'node:fs'
import { inRepository } from '../repository.ts'

/** Organisations and their first members; backend/src/seed.ts reads the same file. */
export const seedFile = inRepository('dev', 'seed', 'organizations.json')

interface Seed {
  organizations: {
    displayName: string
    members: { email: string; displayName: string; role: string }[]
  }[]
}

/** Someone who can sign in at the development identity provider. The password is the username. */
export interface DemoAccount {
  username: string
  displayName: string
  email: string
  /** The display name of the first organisation that lists the user. */
  organization: string
  /** In that organisation, in lower case. */
  role: string
}

export function demoAccounts(file = seedFile): DemoAccount[] {
  const accounts = new Map<string, DemoAccount>()
  const { organizations } = JSON.parse(readFileSync(file, 'utf8')) as Seed
  for (const { displayName: organization, members } of organizations) {
    for (const { email, displayName, role } of members) {
      const username = email.slice(0, email.indexOf('@'))
      if (accounts.has(username)) continue
      accounts.set(username, { username, displayName, email, organization, role: role.toLowerCase() })
    }
  }
  return [...accounts.values()]
}

const subjectPrefix = 'dev-'

/** The `sub` of a demo user: stable over homes, and no address. */
export function subjectOf(account: DemoAccount): string {
  return `${subjectPrefix}${account.username}`
}

export function accountBySubject(accounts: DemoAccount[], subject: string): DemoAccount | undefined {
  return accounts.find((account) => subjectOf(account) === subject)
}
