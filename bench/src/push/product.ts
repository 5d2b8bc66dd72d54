import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import type { TestIssuer } from '../../../backend/src/testing/issuer.ts'
import type { PostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { freePort, healthy, stopProcess } from '../backend-system/start-backend.ts'
import { ServerProcess } from './server-process.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
export const publicUrl = 'http://localhost:10000'
const pushRole = 'fairlead_push'

export interface ProductOptions {
  readonly postgres: PostgresServer
  readonly issuer: TestIssuer
  /** Names the database. */
  readonly name: string
  /** The bus; PostgreSQL when there is none. */
  readonly amqpUrl: string | undefined
}

export interface Product {
  readonly databaseUrl: string
  /** Of the frontend. */
  readonly socketUrl: string
  readonly frontend: ServerProcess
}

/** Backend, worker and frontend as processes of their own, on a database of their own. */
export async function startProduct(
  started: AsyncDisposableStack,
  { postgres, issuer, name, amqpUrl }: ProductOptions,
): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'datasets'))
  const administration = postgres.url('postgres')
  await administer(administration, `create database ${name}`)
  const databaseUrl = postgres.url(name)
  await migrate(databaseUrl)

  const [grpcPort, httpPort, workerPort, frontendPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const common = {
    FAIRLEAD_PUBLIC_URL: publicUrl,
    FAIRLEAD_OIDC_ISSUER: issuer.oidc.issuer,
    FAIRLEAD_LOG_LEVEL: 'error',
  }
  const ownEnv = {
    ...common,
    FAIRLEAD_DATABASE_URL: databaseUrl,
    FAIRLEAD_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
    FAIRLEAD_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
    FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${workerPort}`,
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
    FAIRLEAD_DATASETS: join(folder, 'datasets'),
  }
  const amqp = amqpUrl === undefined ? {} : { AMQP_URL: amqpUrl }
  const start = (entry: string, env: NodeJS.ProcessEnv) => {
    const args = ['--disable-warning=ExperimentalWarning', join(repository, 'backend/src', entry)]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 2, 2] })
    started.defer(() => stopProcess(child))
  }
  start('main.ts', ownEnv)
  start('worker.ts', { ...ownEnv, ...amqp })
  const frontend = new ServerProcess(join(repository, 'frontend/server/main.ts'), [], {
    ...common,
    FAIRLEAD_FRONTEND_ADDRESS: `127.0.0.1:${frontendPort}`,
    FAIRLEAD_BACKEND_ADDRESS: `127.0.0.1:${grpcPort}`,
    ...(amqpUrl === undefined ? await listenerOf(databaseUrl, administration) : amqp),
  })
  started.defer(() => frontend.stop())
  await Promise.all([httpPort, workerPort, frontendPort].map(healthy))
  return { databaseUrl, socketUrl: `ws://127.0.0.1:${frontendPort}/ws`, frontend }
}

/** As the frontend that may connect and read nothing. */
async function listenerOf(databaseUrl: string, administration: string): Promise<NodeJS.ProcessEnv> {
  const password = randomBytes(16).toString('hex')
  await administer(administration, `create role ${pushRole} login password '${password}'`)
  const url = new URL(databaseUrl)
  url.username = pushRole
  url.password = password
  return { FAIRLEAD_PUSH_DATABASE_URL: url.href }
}
