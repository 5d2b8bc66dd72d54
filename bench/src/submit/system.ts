import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { JobServiceClient } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { credentials, Metadata } from '@grpc/grpc-js'
import pg from 'pg'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { smallImage } from './small-image.ts'

const backendFolder = fileURLToPath(new URL('../../../backend/src/', import.meta.url))

/** PostgreSQL, backend and worker as processes of their own, and a signed-in client. */
export interface System {
  /** Another database on the same server, migrated too: what happens there wakes nobody here. */
  readonly otherDatabaseUrl: string
  readonly jobs: JobServiceClient
  readonly metadata: Metadata
  readonly parent: string
  stop(): Promise<void>
}

export async function startSystem(): Promise<System> {
  const started = new AsyncDisposableStack()
  try {
    return await start(started)
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/** What is started goes on the stack. */
async function start(started: AsyncDisposableStack): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'datasets'))
  writeFileSync(join(folder, 'datasets', 'small.fits'), smallImage())

  const postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  const databaseUrl = postgres.url('postgres')
  await administer(databaseUrl, 'create database other')
  const otherDatabaseUrl = postgres.url('other')
  for (const url of [databaseUrl, otherDatabaseUrl]) await migrate(url)
  const token = await seed(databaseUrl)

  const [grpcPort, httpPort, workerPort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    FAIRLEAD_DATABASE_URL: databaseUrl,
    FAIRLEAD_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
    FAIRLEAD_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
    FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${workerPort}`,
    FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
    FAIRLEAD_OIDC_ISSUER: 'http://localhost:10000/auth',
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
    FAIRLEAD_DATASETS: join(folder, 'datasets'),
    FAIRLEAD_LOG_LEVEL: 'warn',
  }
  for (const entry of ['main.ts', 'worker.ts']) {
    const child = spawn(process.execPath, [join(backendFolder, entry)], { env, stdio: ['ignore', 2, 2] })
    started.defer(() => stopProcess(child))
  }
  await Promise.all([healthy(httpPort), healthy(workerPort)])

  const jobs = new JobServiceClient(`127.0.0.1:${grpcPort}`, credentials.createInsecure())
  started.defer(() => jobs.close())
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return {
    otherDatabaseUrl,
    jobs,
    metadata,
    parent: 'organizations/bench',
    stop: () => started.disposeAsync(),
  }
}

/** The operator's organisation, one with a submitter, and an API token of hers. */
async function seed(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const [operator, organization, user, token] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    await client.query(
      `insert into organizations (id, slug, display_name, kind)
       values ($1, 'operator', 'Operator', 'OPERATOR'), ($2, 'bench', 'Bench', 'MEMBER')`,
      [operator, organization],
    )
    await client.query(
      `insert into users (id, issuer, subject, email, display_name)
       values ($1, 'bench', 'bench', 'bench@example.org', 'Bench')`,
      [user],
    )
    await client.query(
      `insert into memberships (id, organization_id, user_id, role) values ($1, $2, $3, 'SUBMITTER')`,
      [randomUUID(), organization, user],
    )
    const secret = `flt_${randomBytes(32).toString('base64url')}`
    await client.query(
      `insert into api_tokens (id, user_id, display_name, hash, prefix, scopes, expire_time)
       values ($1, $2, 'bench', $3, $4, '{jobs.read,jobs.submit,datasets.read}', now() + interval '1 day')`,
      [token, user, createHash('sha256').update(secret).digest(), secret.slice(0, 8)],
    )
    return secret
  } finally {
    await client.end()
  }
}

async function healthy(port: number): Promise<void> {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    const ok = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await setTimeout(50)
  }
  throw new Error(`nothing is healthy on port ${port}`)
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}
