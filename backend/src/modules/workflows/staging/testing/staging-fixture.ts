import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import pino from 'pino'
import { Registry } from 'prom-client'
import { v7 } from 'uuid'
import { createDatasetFiles } from '../../../../adapters/dataset-files/dataset-files.ts'
import { createObjects, type ObjectsSettings } from '../../../../adapters/objects/create-objects.ts'
import { s3TestClient, s3TestOptions } from '../../../../adapters/s3/s3-test-client.ts'
import type { Objects, ObjectUploads } from '../../../../ports/objects.ts'
import { createHttpServer } from '../../../../server/http-server.ts'
import { createTestDatabase, type TestDatabase } from '../../../../testing/database.ts'
import { runPrefix } from '../../../jobs/index.ts'
import type { StagedInput } from '../staged-input.ts'
import { createStagingRoutes } from '../staging-routes.ts'
import { createStagingTokens, type StagingGrant, type StagingTokens } from '../staging-token.ts'

const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
const BUCKET = 'fairlead-test-staging'

export interface OutputRow {
  readonly number: number
  readonly path: string
  readonly object_key: string
  readonly media_type: string
  readonly size_bytes: string
  readonly sha256: string
}

export interface StagingFixture {
  readonly database: TestDatabase
  readonly objects: Objects
  readonly folder: string
  readonly url: string
  readonly key: Buffer
  readonly tokens: StagingTokens
  /** A job of one task that runs, in its first run, with containers that have these inputs. */
  run(containers?: readonly (readonly StagedInput[])[], outputLimitBytes?: number): Promise<RunUnderTest>
  end(): Promise<void>
}

export interface RunUnderTest {
  readonly grant: StagingGrant
  readonly token: string
  request(path: string, init?: RequestInit): Promise<Response>
  put(
    number: number,
    path: string,
    content: string | Buffer,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** As the rows stand, by container and path. */
  outputs(): Promise<OutputRow[]>
  /** Of objects below the run's prefix. */
  storedKeys(): Promise<string[]>
  setTask(change: string): Promise<void>
}

/** The staging server over a real database and one of the two stores. */
export async function stagingFixture(store: ObjectsSettings['kind'] = 'filesystem'): Promise<StagingFixture> {
  const releasers = new AsyncDisposableStack()
  const database = await createTestDatabase()
  releasers.defer(() => database.drop())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-staging-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const { objects, uploads } = await openStore(store, folder)
  releasers.defer(() => objects.close())
  const key = randomBytes(32)
  const tokens = createStagingTokens(key)
  const routes = createStagingRoutes({
    dataSource: database.dataSource,
    objects,
    datasetFiles: createDatasetFiles({ objects }),
    key,
    registry: new Registry(),
  })
  const server = createHttpServer(routes, log)
  releasers.defer(() => server.stop())
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${port}`
  const people = await addPeople(database)
  return {
    database,
    objects,
    folder,
    url,
    key,
    tokens,
    async run(containers = [[]], outputLimitBytes = 1 << 30) {
      const grant = { jobId: v7(), taskIndex: 0, run: 1, outputLimitBytes }
      await addJob(database, grant.jobId, people)
      for (const [number, inputs] of containers.entries()) {
        await database.dataSource.query(
          `insert into workflow_containers (job_id, task_index, run, number, inputs) values ($1, 0, 1, $2, $3)`,
          [grant.jobId, number, JSON.stringify(inputs)],
        )
      }
      const prefix = runPrefix(grant.jobId, 0, 1)
      releasers.defer(() => objects.deletePrefix(prefix))
      return runUnderTest({ database, uploads, url, tokens }, grant)
    },
    end: () => releasers.disposeAsync(),
  }
}

export const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

function runUnderTest(
  {
    database,
    uploads,
    url,
    tokens,
  }: Pick<StagingFixture, 'database' | 'url' | 'tokens'> & {
    readonly uploads: ObjectUploads
  },
  grant: StagingGrant,
): RunUnderTest {
  const token = tokens.make(grant, new Date(Date.now() + 60_000))
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`${url}/staging/v1/containers/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
  return {
    grant,
    token,
    request,
    put: (number, path, content, headers = {}) =>
      request(`${number}/outputs/${path.split('/').map(encodeURIComponent).join('/')}`, {
        method: 'PUT',
        body: typeof content === 'string' ? content : new Uint8Array(content),
        headers: { 'x-content-sha256': sha256(content), ...headers },
      }),
    outputs: () =>
      database.dataSource.query(
        `select number, path, object_key, media_type, size_bytes, sha256 from workflow_outputs
         where job_id = $1 order by number, path`,
        [grant.jobId],
      ),
    async storedKeys() {
      const keys: string[] = []
      for await (const { key } of uploads.list(runPrefix(grant.jobId, grant.taskIndex, grant.run)))
        keys.push(key)
      return keys
    },
    async setTask(change) {
      await database.dataSource.query(`update job_tasks set ${change} where job_id = $1`, [grant.jobId])
    },
  }
}

async function openStore(store: ObjectsSettings['kind'], folder: string) {
  if (store === 'filesystem') {
    return createObjects({ kind: 'filesystem', folder: join(folder, 'objects') }, Buffer.alloc(32, 1))
  }
  const client = s3TestClient()
  // One of another run may be there.
  await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error: unknown) => {
    if (!(error instanceof Error && /^BucketAlready/.test(error.name))) throw error
  })
  client.destroy()
  return createObjects(
    { kind: 's3', bucket: BUCKET, publicUrl: undefined, ...s3TestOptions() },
    Buffer.alloc(32, 1),
  )
}

interface People {
  readonly organizationId: string
  readonly ownerId: string
}

async function addPeople({ dataSource }: TestDatabase): Promise<People> {
  const people = { organizationId: v7(), ownerId: v7() }
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, 'lab', 'The lab', 'MEMBER')`,
    [people.organizationId],
  )
  await dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'iss', 'alice', 'a@example.org', 'A')`,
    [people.ownerId],
  )
  return people
}

async function addJob({ dataSource }: TestDatabase, jobId: string, people: People): Promise<void> {
  await dataSource.query(
    `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
       destruction_time, execution_duration_ms, memory_limit_bytes, output_limit_bytes, quote_size_bytes,
       quote_duration_ms, task_count)
     values ($1, $2, $3, 'workflow', '', '[]', '', 'EXECUTING', now() + interval '1 day', 60000, 1, 1, 1, 1, 1)`,
    [jobId, people.organizationId, people.ownerId],
  )
  await dataSource.query(
    `insert into job_tasks (job_id, organization_id, index, display_name, payload, state, attempt, max_attempts, lease_owner,
       lease_expires_at)
     values ($1, $2, 0, 'measure', '{"parameters": {"THRESHOLD": "2.5"}}', 'RUNNING', 1, 3, 'worker',
       now() + interval '1 minute')`,
    [jobId, people.organizationId],
  )
}
