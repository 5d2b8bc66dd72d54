import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Refusal } from '../refusal.ts'
import type { ChildSpec } from '../supervisor/child.ts'
import type { Home } from '../supervisor/home.ts'
import { endProcess, identify } from '../supervisor/processes.ts'
import { until } from '../supervisor/readiness.ts'
import type { PostgresBinaries } from './binaries.ts'
import type { SystemUser } from './system-user.ts'

const databaseName = 'fairlead'

export function databaseUrl(home: Pick<Home, 'secrets'>, port: number, database = databaseName): string {
  return `postgres://fairlead:${home.secrets.databasePassword}@127.0.0.1:${port}/${database}`
}

/** The role that may connect, so that it may LISTEN, and read nothing. */
const pushRole = 'fairlead_push'

export function pushDatabaseUrl(home: Pick<Home, 'secrets'>, port: number): string {
  return `postgres://${pushRole}:${home.secrets.pushPassword}@127.0.0.1:${port}/${databaseName}`
}

export function postgresSpec(
  home: Home,
  port: number,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): ChildSpec {
  return {
    name: 'postgres',
    command: binaries.postgres,
    args: [
      ...['-D', home.database, '-p', String(port)],
      ...['-c', 'listen_addresses=127.0.0.1'],
      // No socket file: its path has a length limit that a deep home would break, and TCP is enough.
      ...['-c', 'unix_socket_directories='],
    ],
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    cwd: '/',
    user,
    // "Fast": ends sessions, writes a checkpoint.
    stopSignal: 'SIGINT',
    graceMs: 15_000,
    ready: (signal) => until(signal, () => answers(databaseUrl(home, port, 'postgres'))),
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    await client.end()
  }
}

/** Stops a server that still runs on this folder after everything above it was killed outright. */
export async function endLeftoverServer(home: Home): Promise<boolean> {
  const path = join(home.database, 'postmaster.pid')
  if (!existsSync(path)) return false
  // Lines of postmaster.pid: pid, data folder, start time in seconds, port, ...
  const [pid, folder, startedAt] = readFileSync(path, 'utf8').split('\n')
  const identity = identify(Number(pid))
  if (identity === undefined || folder !== home.database) return false
  if (!isPostgres(identity.pid, home.database) || Number.isNaN(Number(startedAt))) return false
  await endProcess(identity, 'SIGINT', 10_000)
  return true
}

/** The pid may be someone else's by now. */
function isPostgres(pid: number, folder: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return command[0]?.endsWith('postgres') === true && command.includes(folder)
  } catch {
    return false
  }
}

const signsOfDamage =
  /(?:PANIC|FATAL): +(.*(?:pg_control|control file|checkpoint record|checksum|invalid data|could not (?:open|read) (?:file|directory)|incompatible).*)/

/** Says what to do when the server cannot start for what it finds in its folder. */
export function damageRefusal(error: unknown, home: Home): unknown {
  if (!(error instanceof Refusal)) return error
  const reason = signsOfDamage.exec(error.message)?.[1]?.replace(/; its log is .*$/, '')
  if (reason === undefined) return error
  return new Refusal(
    `The database folder ${home.database} is damaged (${reason}); restore it, or delete it to start afresh (that loses its data).`,
    { cause: error },
  )
}

/** Makes the database inside a fresh server. */
export async function ensureDatabase(home: Home, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(home, port, 'postgres') })
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`)
  } finally {
    await client.end()
  }
}

/**
 * Makes the role that frontends LISTEN as, or gives it its password and its few rights again. What everyone may do
 * by default is taken away: everyone else here owns the database.
 */
export async function ensurePushRole(home: Home, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(home, port) })
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [pushRole])
    if (found.rowCount === 0) await client.query(`CREATE ROLE ${pushRole}`)
    const password = client.escapeLiteral(home.secrets.pushPassword)
    await client.query(`
      ALTER ROLE ${pushRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${password};
      REVOKE ALL ON DATABASE ${databaseName} FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${databaseName} TO ${pushRole};
    `)
  } finally {
    await client.end()
  }
}
