import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFromBroker } from '../../../../../backend/src/adapters/bus/testing/remove-from-broker.ts'
import { migrate } from '../../../../../backend/src/database/migrate.ts'
import { administer } from '../../../../../backend/src/testing/administer.ts'
import type { TestIssuer } from '../../../../../backend/src/testing/issuer.ts'
import type { PostgresServer } from '../../../../../backend/src/testing/postgres-server.ts'
import { freePort, healthy, stopProcess } from '../../../../../bench/src/backend-system/start-backend.ts'
import { buildPages, pagesAreStale } from '../../../../../dev/src/frontend/build.ts'

const repository = fileURLToPath(new URL('../../../../../', import.meta.url))
const withoutWarnings = '--disable-warning=ExperimentalWarning'
/** The origin of its pages. */
export const publicUrl = 'http://localhost:10000'

export interface SystemOptions {
  readonly postgres: PostgresServer
  readonly issuer: TestIssuer
  /** Names the database, and the role that frontends listen as. */
  readonly name: string
  /** The bus; PostgreSQL when there is none. */
  readonly amqpUrl?: string | undefined
}

export interface System {
  readonly databaseUrl: string
  /** "127.0.0.1:port" */
  readonly grpcAddress: string
  /** How a frontend hears of messages. */
  readonly busSettings: NodeJS.ProcessEnv
  startFrontend(options?: FrontendOptions): Promise<Frontend>
}

export interface FrontendOptions {
  /** In place of the system's. */
  readonly env?: NodeJS.ProcessEnv
  readonly nodeArgs?: readonly string[]
}

export interface Frontend {
  readonly process: ChildProcess
  readonly port: number
  /** What it wrote so far. */
  log(): string
}

/** Backend and worker as processes of their own, on a database of their own; frontends as they are asked for. */
export async function startSystem(
  started: AsyncDisposableStack,
  { postgres, issuer, name, amqpUrl }: SystemOptions,
): Promise<System> {
  const amqp = amqpUrl === undefined ? undefined : await namesAt(started, name, amqpUrl)
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-system-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'datasets'))
  const administration = postgres.url('postgres')
  await administer(administration, `create database ${name}`)
  const databaseUrl = postgres.url(name)
  await migrate(databaseUrl)
  await administer(
    databaseUrl,
    `insert into organizations (id, slug, display_name, kind)
     values (gen_random_uuid(), 'operator', 'Operator', 'OPERATOR')`,
  )

  const [grpcPort, httpPort, workerPort] = [await freePort(), await freePort(), await freePort()]
  const common = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    FAIRLEAD_PUBLIC_URL: publicUrl,
    FAIRLEAD_OIDC_ISSUER: issuer.oidc.issuer,
    FAIRLEAD_LOG_LEVEL: 'warn',
  }
  const env = {
    ...common,
    FAIRLEAD_DATABASE_URL: databaseUrl,
    FAIRLEAD_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
    FAIRLEAD_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
    FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${workerPort}`,
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
    FAIRLEAD_DATASETS: join(folder, 'datasets'),
  }
  const start = (entry: string, settings: NodeJS.ProcessEnv) => {
    const args = [withoutWarnings, join(repository, 'backend/src', entry)]
    const child = spawn(process.execPath, args, { env: settings, stdio: ['ignore', 2, 2] })
    started.defer(() => stopProcess(child))
  }
  start('main.ts', env)
  start('worker.ts', { ...env, ...amqp })
  await Promise.all([healthy(httpPort), healthy(workerPort)])
  const busSettings = amqp ?? (await listenerOf(name, databaseUrl, administration))
  return {
    databaseUrl,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    busSettings,
    async startFrontend({ env: changes = {}, nodeArgs = [] } = {}) {
      const port = await freePort()
      const frontend = spawnFrontend(port, nodeArgs, {
        ...common,
        ...busSettings,
        FAIRLEAD_BACKEND_ADDRESS: `127.0.0.1:${grpcPort}`,
        ...changes,
      })
      started.defer(() => stopProcess(frontend.process))
      await healthy(port)
      return frontend
    },
  }
}

function spawnFrontend(port: number, nodeArgs: readonly string[], settings: NodeJS.ProcessEnv): Frontend {
  const child = spawn(
    process.execPath,
    [withoutWarnings, ...nodeArgs, join(repository, 'frontend/server/main.ts')],
    {
      env: { ...settings, FAIRLEAD_FRONTEND_ADDRESS: `127.0.0.1:${port}` },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  let written = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written += text
    })
  }
  return { process: child, port, log: () => written }
}

/** Names of its own at a broker that others use as well, removed at the end. */
async function namesAt(
  started: AsyncDisposableStack,
  name: string,
  amqpUrl: string,
): Promise<NodeJS.ProcessEnv> {
  const namespace = `${name.replaceAll('_', '-')}-${randomBytes(6).toString('hex')}`
  started.defer(() => removeFromBroker(amqpUrl, namespace, [{ name: 'notifications', patterns: [] }]))
  return { AMQP_URL: amqpUrl, AMQP_NAMESPACE: namespace }
}

/** As the frontend that may connect and read nothing. */
async function listenerOf(
  name: string,
  databaseUrl: string,
  administration: string,
): Promise<NodeJS.ProcessEnv> {
  const password = randomBytes(16).toString('hex')
  await administer(administration, `create role ${name}_push login password '${password}'`)
  const url = new URL(databaseUrl)
  url.username = `${name}_push`
  url.password = password
  return { FAIRLEAD_PUSH_DATABASE_URL: url.href }
}

/** Without built pages a frontend does not start. */
export async function ensurePages(): Promise<void> {
  if (!pagesAreStale()) return
  const build = spawn(process.execPath, buildPages.args, { cwd: buildPages.cwd, stdio: 'ignore' })
  const code = await new Promise((resolve) => build.once('exit', resolve))
  if (code !== 0) throw new Error(`the pages could not be built (exit code ${code})`)
}
