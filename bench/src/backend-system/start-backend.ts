import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { nodeOptions } from '../../../backend/src/node-options.ts'
import { startTestIssuer } from '../../../backend/src/testing/issuer.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'

const backendFolder = fileURLToPath(new URL('../../../backend/src/', import.meta.url))

/** PostgreSQL and a backend as processes of their own, with one organisation and one signed-in member. */
export interface BackendSystem {
  readonly databaseUrl: string
  /** "127.0.0.1:port" */
  readonly grpcAddress: string
  readonly httpAddress: string
  readonly pid: number
  /** "Bearer ..." of an API token. */
  readonly authorization: string
  readonly organizationId: string
  readonly userId: string
  readonly parent: string
}

export interface BackendSystemOptions {
  /** Without one what is queued stays so. Default: none runs. */
  readonly worker?: boolean
  /** Puts images into the folder of the datasets that every member may read. */
  readonly fillDatasets?: (folder: string) => void
  /** Of PostgreSQL, as "name=value". Default: without durability. */
  readonly postgres?: readonly string[]
  /** Settings of the processes beside those of the bench. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What is started goes on the stack. */
export async function startBackend(
  started: AsyncDisposableStack,
  { worker = false, fillDatasets, postgres: durability = [], environment }: BackendSystemOptions = {},
): Promise<BackendSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  const datasets = join(folder, 'datasets')
  mkdirSync(datasets)
  fillDatasets?.(datasets)
  const postgres = await startPostgresServer(durability)
  started.defer(() => postgres.stop())
  const databaseUrl = postgres.url('postgres')
  await migrate(databaseUrl)
  const member = await seedMember(databaseUrl)

  // Nobody signs in by it, but a backend is not ready before it has reached its issuer.
  const issuer = await startTestIssuer()
  started.defer(() => issuer.stop())
  const [grpcPort, httpPort, workerPort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    FAIRLEAD_DATABASE_URL: databaseUrl,
    FAIRLEAD_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
    FAIRLEAD_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
    FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${workerPort}`,
    FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
    FAIRLEAD_OIDC_ISSUER: issuer.oidc.issuer,
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
    FAIRLEAD_DATASETS: datasets,
    // Not the warnings of the streams that are open when it is stopped.
    FAIRLEAD_LOG_LEVEL: 'error',
    ...environment,
  }
  const start = (entry: string) => {
    const child = spawn(process.execPath, [...nodeOptions, join(backendFolder, entry)], {
      env,
      stdio: ['ignore', 2, 2],
    })
    started.defer(() => stopProcess(child))
    return child
  }
  const backend = start('main.ts')
  if (worker) start('worker.ts')
  await Promise.all([healthy(httpPort), worker && healthy(workerPort)])
  return {
    databaseUrl,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    httpAddress: `127.0.0.1:${httpPort}`,
    pid: backend.pid ?? 0,
    parent: 'organizations/bench',
    ...member,
  }
}

async function seedMember(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const [organizationId, userId] = [randomUUID(), randomUUID()]
    await client.query(
      `insert into organizations (id, slug, display_name, kind)
       values ($1, 'operator', 'Operator', 'OPERATOR'), ($2, 'bench', 'Bench', 'MEMBER')`,
      [randomUUID(), organizationId],
    )
    await client.query(
      `insert into users (id, issuer, subject, email, display_name)
       values ($1, 'bench', 'bench', 'bench@example.org', 'Bench')`,
      [userId],
    )
    await client.query(
      `insert into memberships (id, organization_id, user_id, role) values ($1, $2, $3, 'SUBMITTER')`,
      [randomUUID(), organizationId, userId],
    )
    const secret = `flt_${randomBytes(32).toString('base64url')}`
    await client.query(
      `insert into api_tokens (id, user_id, display_name, hash, prefix, scopes, expire_time)
       values ($1, $2, 'bench', $3, $4, '{jobs.read,jobs.submit,datasets.read,credits.read,files.read,files.write,locations.record}', now() + interval '1 day')`,
      [randomUUID(), userId, createHash('sha256').update(secret).digest(), secret.slice(0, 8)],
    )
    return { organizationId, userId, authorization: `Bearer ${secret}` }
  } finally {
    await client.end()
  }
}

export async function healthy(port: number): Promise<void> {
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

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}
