import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fileRefusal, Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'

/** Where one copy of Fairlead keeps everything it knows. */
export interface Home {
  folder: string
  logs: string
  /** Files that are made anew at each start. */
  run: string
  /** PostgreSQL's data. */
  database: string
  /** The demo images. */
  datasets: string
  objects: string
  mail: string
  identity: string
  runFile: string
  lockFile: string
  secrets: Secrets
}

export interface Secrets {
  databasePassword: string
  /** FAIRLEAD_SECRET. */
  secret: string
  /** What `npm run token` shows to the development identity provider. */
  developmentGrant: string
  /** Of the database role that may listen and read nothing. */
  pushPassword: string
}

/** FAIRLEAD_HOME as an absolute path; a relative one is meant from where npm was called. */
export function homeFolder(env: NodeJS.ProcessEnv): string {
  const given = env['FAIRLEAD_HOME']
  if (given === undefined || given === '') return inRepository('.fairlead')
  return isAbsolute(given) ? given : resolve(env['INIT_CWD'] ?? process.cwd(), given)
}

const defaultMinimumFreeMb = 300

export function openHome(env: NodeJS.ProcessEnv): Home {
  const folder = homeFolder(env)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    const home = layout(folder)
    checkFreeSpace(folder, Number(env['FAIRLEAD_MINIMUM_FREE_MB'] ?? defaultMinimumFreeMb))
    for (const part of [home.logs, home.run, home.datasets, home.objects, home.mail, home.identity]) {
      mkdirSync(part, { recursive: true, mode: 0o700 })
    }
    return { ...home, secrets: readSecrets(join(folder, 'secrets.json')) }
  } catch (error) {
    throw fileRefusal(error, folder)
  }
}

function layout(folder: string): Omit<Home, 'secrets'> {
  const inHome = (name: string) => join(folder, name)
  return {
    folder,
    logs: inHome('logs'),
    run: inHome('run'),
    database: inHome('postgres'),
    datasets: inHome('datasets'),
    objects: inHome('objects'),
    mail: inHome('mail'),
    identity: inHome('identity'),
    runFile: inHome('run.json'),
    lockFile: inHome('lock'),
  }
}

function checkFreeSpace(folder: string, minimumMb: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const freeMb = Math.floor((bavail * bsize) / 1e6)
  if (freeMb >= minimumMb) return
  throw new Refusal(
    `The disk that holds ${folder} is full (${freeMb} MB free, ${minimumMb} MB needed); free some space or set FAIRLEAD_HOME to a folder on another disk.`,
  )
}

/** Made at the first start and kept, readable by this user alone. */
export function readSecrets(path: string): Secrets {
  if (!existsSync(path)) {
    const secrets: Secrets = {
      databasePassword: fresh(),
      secret: fresh(),
      developmentGrant: fresh(),
      pushPassword: fresh(),
    }
    writeFileSync(path, written(secrets), { mode: 0o600, flag: 'wx' })
    return secrets
  }
  chmodSync(path, 0o600)
  return parseSecrets(readFileSync(path, 'utf8'), path)
}

const fresh = () => randomBytes(32).toString('base64url')
const written = (secrets: Secrets) => `${JSON.stringify(secrets, null, 2)}\n`

function parseSecrets(text: string, path: string): Secrets {
  const { databasePassword, secret, developmentGrant, pushPassword } = parsed(text) ?? {}
  if (isSecret(databasePassword) && isSecret(secret) && isSecret(developmentGrant)) {
    if (isSecret(pushPassword)) return { databasePassword, secret, developmentGrant, pushPassword }
    if (pushPassword === undefined) return upgraded({ databasePassword, secret, developmentGrant }, path)
  }
  throw new Refusal(
    `${path} is damaged; restore it, or delete its folder to start afresh (that loses its data).`,
  )
}

function parsed(text: string): Partial<Record<keyof Secrets, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const isSecret = (value: unknown): value is string => typeof value === 'string' && value.length >= 32

/** Adds what homes had not before. Replaced whole, so that a kill at any moment leaves the old or the new. */
function upgraded(secrets: Omit<Secrets, 'pushPassword'>, path: string): Secrets {
  const all = { ...secrets, pushPassword: fresh() }
  const draft = `${path}.new-${process.pid}`
  writeFileSync(draft, written(all), { mode: 0o600 })
  renameSync(draft, path)
  return all
}
