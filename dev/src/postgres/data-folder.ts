import { execFile } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileRefusal, Refusal } from '../refusal.ts'
import type { Home } from '../supervisor/home.ts'
import { type PostgresBinaries, postgresMajor } from './binaries.ts'
import { giveFolder, type SystemUser } from './system-user.ts'

/** Makes the data folder if there is none. True when it was made. */
export async function ensureDataFolder(
  home: Home,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<boolean> {
  if (existsSync(home.database)) return false
  try {
    await initialise(home, binaries, user)
  } catch (error) {
    throw fileRefusal(error, home.folder)
  }
  return true
}

/** Files without which PostgreSQL does not start; their lack means that something was deleted by hand. */
const vital = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal', 'postgresql.conf', 'pg_hba.conf']

/** Before anything is started: what is plainly wrong with a folder that is there. */
export function checkDataFolder(folder: string): void {
  if (!existsSync(folder)) return
  const missing = vital.filter((name) => !existsSync(join(folder, name)))
  if (missing.length > 0) {
    throw new Refusal(
      `The database folder ${folder} is damaged (${missing[0]} is missing); restore it, or delete it to start afresh (that loses its data).`,
    )
  }
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  if (version !== String(postgresMajor)) {
    throw new Refusal(
      `The database folder ${folder} is of PostgreSQL ${version}, and this is ${postgresMajor}; move it with pg_upgrade, or delete it to start afresh (that loses its data).`,
    )
  }
}

/** initdb writes beside and the result is renamed, so that a half-made folder is never taken for a whole. */
async function initialise(
  home: Home,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  for (const name of readdirSync(home.folder)) {
    if (name.startsWith('postgres.new-')) rmSync(join(home.folder, name), { recursive: true, force: true })
  }
  const draft = join(home.folder, `postgres.new-${process.pid}`)
  mkdirSync(draft, { mode: 0o700 })
  const passwordFile = join(home.folder, `postgres.new-${process.pid}.password`)
  writeFileSync(passwordFile, home.secrets.databasePassword, { mode: 0o600 })
  try {
    if (user !== undefined) {
      giveFolder(draft, home.folder, user, binaries.initdb)
      chownSync(passwordFile, user.uid, user.gid)
    }
    await runInitdb(binaries, draft, passwordFile, user)
    writeFileSync(join(draft, 'postgresql.auto.conf'), configuration)
    renameSync(draft, home.database)
  } finally {
    rmSync(passwordFile, { force: true })
    rmSync(draft, { recursive: true, force: true })
  }
}

async function runInitdb(
  binaries: PostgresBinaries,
  folder: string,
  passwordFile: string,
  user: SystemUser | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--pwfile=${passwordFile}`,
    '--username=fairlead',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // Synced once at the end by the first checkpoint; the folder is not in use before it is renamed.
    '--no-sync',
  ]
  try {
    await promisify(execFile)(binaries.initdb, args, {
      ...user,
      cwd: '/',
      env: { PATH: process.env['PATH'], TZ: 'UTC' },
    })
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    if (/No space left/.test(output)) throw Object.assign(new Error(output), { code: 'ENOSPC' })
    const reason =
      output
        .trim()
        .split('\n')
        .findLast((line) => /error|fatal/i.test(line)) ?? output.trim()
    throw new Refusal(`The database could not be made (${reason}); fix this and start again.`, {
      cause: error,
    })
  }
}

/** Small, since a laptop also runs everything else; nothing that weakens durability. */
const configuration = `# Written by Fairlead when it made this folder.
shared_buffers = '64MB'
max_connections = 100
max_wal_size = '512MB'
min_wal_size = '80MB'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
# Counted per statement by the benches and shown by no one else.
track_io_timing = off
`
