import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Refusal } from '../refusal.ts'

export interface SystemUser {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root, so root runs it as one of these; nobody exists on every system. */
const candidates = ['postgres', 'nobody']

/** Whom to run PostgreSQL as; undefined for this user. */
export function postgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const candidate of candidates) {
    const account = accounts.find(([name]) => name === candidate)
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) }
  }
  throw new Refusal(
    'PostgreSQL cannot run as root and there is no user postgres or nobody; start Fairlead as a normal user.',
  )
}

/** Gives a folder to the user, and checks that the user can reach it and the programs. */
export function giveFolder(folder: string, home: string, user: SystemUser, program: string): void {
  chownSync(folder, user.uid, user.gid)
  const mode = statSync(home).mode
  // Passing through the home is enough; what is in it stays closed by its own modes.
  if ((mode & 0o001) === 0) chmodSync(home, mode | 0o011)
  for (const path of [folder, program]) {
    const closed = firstClosedParent(path)
    if (closed === undefined) continue
    throw new Refusal(
      `Root runs PostgreSQL as another user, who cannot enter ${closed}; start Fairlead as a normal user or from a folder that all users may enter.`,
    )
  }
}

function firstClosedParent(path: string): string | undefined {
  const parent = dirname(path)
  if (parent === path) return undefined
  return firstClosedParent(parent) ?? ((statSync(parent).mode & 0o001) === 0 ? parent : undefined)
}
