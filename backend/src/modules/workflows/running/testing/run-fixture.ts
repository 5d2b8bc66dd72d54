import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import pino from 'pino'
import { Registry } from 'prom-client'
import { v7 } from 'uuid'
import { createDatasetFiles } from '../../../../adapters/dataset-files/dataset-files.ts'
import { createObjects, type ObjectsSettings } from '../../../../adapters/objects/create-objects.ts'
import { createDisabledScanner } from '../../../../adapters/scanner/disabled/index.ts'
import { DomainError } from '../../../../errors/domain-error.ts'
import type { Objects, ObjectUploads } from '../../../../ports/objects.ts'
import { createHttpServer } from '../../../../server/http-server.ts'
import { createTestDatabase, type TestDatabase } from '../../../../testing/database.ts'
import type { ReleasedFile } from '../../../files/index.ts'
import type { ExternalTask } from '../../../jobs/index.ts'
import { rows } from '../../sql.ts'
import { createStagingRoutes, createStagingTokens } from '../../staging/index.ts'
import type { StepPayload } from '../../step-payload.ts'
import { createContainerMetrics } from '../container-metrics.ts'
import { type ContainerRunOptions, containerRun } from '../container-run.ts'
import type { StepDataset } from '../input-source.ts'
import { ScriptedContainers } from './scripted-containers.ts'

export const silent = pino({ level: process.env['TEST_LOG'] ?? 'silent' })

export interface RunFixture {
  readonly database: TestDatabase
  readonly objects: Objects
  readonly containers: ScriptedContainers
  readonly cluster: string
  readonly folder: string
  readonly stagingUrl: string
  readonly stagingKey: Buffer
  readonly registry: Registry
  readonly organizationId: string
  readonly ownerId: string
  readonly algorithmId: string
  /** By identifier: what the organisation may read. */
  readonly datasets: Map<string, StepDataset>
  /** By id: what is released. */
  readonly files: Map<string, ReleasedFile>
  /** What containerRun() is given; may be spread and changed. */
  readonly options: ContainerRunOptions
  /** A payload of one container that runs a script. */
  payload(script: string, more?: Partial<StepPayload>): StepPayload
  /** Puts content into the store, to be an input. */
  addFile(name: string, content: string): Promise<string>
  /** A job that executes, with these tasks, of which none runs. */
  addJob(payloads: readonly StepPayload[]): Promise<string>
  /** Takes a task as a worker does. */
  take(jobId: string, index?: number, worker?: string): Promise<TakenStep>
  /** What the store holds below the job's prefix. */
  storedKeys(jobId: string): Promise<string[]>
  setTask(jobId: string, index: number, change: string): Promise<void>
  containersOf(jobId: string): Promise<Record<string, unknown>[]>
  end(): Promise<void>
}

export interface TakenStep {
  readonly task: ExternalTask
  readonly stop: AbortController
  readonly lines: { readonly container: number; readonly text: string }[]
  readonly progress: number[]
  run(
    options?: Partial<ContainerRunOptions>,
  ): Promise<Awaited<ReturnType<ReturnType<typeof containerRun>['run']>>>
}

export interface RunFixtureOptions {
  /** Default: a folder of its own. */
  readonly store?: ObjectsSettings
  /** Where containers reach the staging server, given where it listens. Default: there. */
  readonly stagingUrlOf?: (port: number) => Promise<string>
}

/** Steps of workflows over a real database, store, staging server and agent, in containers that are processes. */
export async function runFixture({ store, stagingUrlOf }: RunFixtureOptions = {}): Promise<RunFixture> {
  const releasers = new AsyncDisposableStack()
  const database = await createTestDatabase()
  releasers.defer(() => database.drop())
  const { dataSource } = database
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-runs-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const { objects, uploads } = createObjects(
    store ?? { kind: 'filesystem', folder: join(folder, 'objects') },
    Buffer.alloc(32, 1),
  )
  releasers.defer(() => objects.close())
  const stagingKey = Buffer.alloc(32, 2)
  const registry = new Registry()
  const routes = createStagingRoutes({
    dataSource,
    objects,
    datasetFiles: createDatasetFiles({ objects }),
    key: stagingKey,
    registry: new Registry(),
  })
  const server = createHttpServer(routes, silent)
  releasers.defer(() => server.stop())
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  const stagingUrl = (await stagingUrlOf?.(port)) ?? `http://127.0.0.1:${port}`
  const cluster = join(folder, 'cluster')
  const containers = new ScriptedContainers(cluster)
  releasers.defer(() => containers.clear())
  const people = await addPeople(database)
  const datasets = new Map<string, StepDataset>()
  const files = new Map<string, ReleasedFile>()
  const options: ContainerRunOptions = {
    dataSource,
    objects,
    scanner: createDisabledScanner(),
    containers,
    stagingUrl,
    tokens: createStagingTokens(stagingKey),
    metrics: createContainerMetrics(registry, dataSource),
    datasets: { readable: async (_, id) => datasets.get(id) },
    files: {
      async released(_, id) {
        const file = files.get(id)
        if (file === undefined) throw new DomainError('NOT_FOUND', 'FILE_NOT_FOUND', 'There is no such file.')
        return file
      },
    },
    log: silent,
    recordIntervalMs: 20,
    scanPausesMs: [20],
  }
  return {
    database,
    objects,
    containers,
    cluster,
    folder,
    stagingUrl,
    stagingKey,
    registry,
    ...people,
    datasets,
    files,
    options,
    payload: (script, more = {}) => ({
      ...payload,
      algorithmId: people.algorithmId,
      arguments: [script],
      ...more,
    }),
    async addFile(name, content) {
      const id = v7()
      const objectKey = `clean/${id}`
      await objects.put(objectKey, Readable.from([Buffer.from(content)]))
      files.set(id, {
        id,
        version: 1,
        organizationId: people.organizationId,
        displayName: name,
        purpose: 'GENERAL',
        sizeBytes: BigInt(Buffer.byteLength(content)),
        sha256: '',
        mediaType: 'text/plain',
        objectKey,
      })
      return id
    },
    addJob: (payloads) => addJob(database, people, payloads),
    take: (jobId, index = 0, worker = 'worker') => take(database, people, options, jobId, index, worker),
    async storedKeys(jobId) {
      return keysBelow(uploads, `jobs/${jobId}/`)
    },
    async setTask(jobId, index, change) {
      await rows(dataSource, `update job_tasks set ${change} where job_id = $1 and index = $2`, [
        jobId,
        index,
      ])
    },
    containersOf: (jobId) =>
      rows(
        dataSource,
        `select * from workflow_containers where job_id = $1 order by task_index, run, number`,
        [jobId],
      ),
    end: () => releasers.disposeAsync(),
  }
}

async function keysBelow(uploads: ObjectUploads, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of uploads.list(prefix)) keys.push(key)
  return keys
}

const payload: StepPayload = {
  step: 'measure',
  workflow: 'tiles@1',
  algorithm: 'measure@1',
  algorithmId: '',
  image: `registry.example.org/measure@sha256:${'0'.repeat(64)}`,
  command: ['sh', '-c'],
  arguments: [],
  environment: 'small',
  cpuMillis: 500,
  memoryBytes: 2 ** 28,
  diskBytes: 2 ** 28,
  gpus: 0,
  nodeLabels: {},
  maxParallel: 4,
  maxDurationMs: 60_000,
  priceFactorThousandths: 1000,
  parameters: {},
  inputs: [],
  fanOut: undefined,
  maxContainers: 100,
  needs: [],
  publish: true,
}

interface People {
  readonly organizationId: string
  readonly ownerId: string
  readonly algorithmId: string
}

async function addPeople({ dataSource }: TestDatabase): Promise<People> {
  const people = { organizationId: v7(), ownerId: v7(), algorithmId: v7() }
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, 'lab', 'The lab', 'MEMBER')`,
    [people.organizationId],
  )
  await dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'iss', 'alice', 'a@example.org', 'A')`,
    [people.ownerId],
  )
  await dataSource.query(
    `insert into algorithms (id, organization_id, slug, version, spec, state, for_every_organization, registrant_id)
     values ($1, $2, 'measure', 1, '{}', 'APPROVED', false, $3)`,
    [people.algorithmId, people.organizationId, people.ownerId],
  )
  return people
}

async function addJob(
  { dataSource }: TestDatabase,
  people: People,
  payloads: readonly StepPayload[],
): Promise<string> {
  const jobId = v7()
  await dataSource.query(
    `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
       destruction_time, execution_duration_ms, memory_limit_bytes, output_limit_bytes, quote_size_bytes,
       quote_duration_ms, task_count)
     values ($1, $2, $3, 'workflow', '', '[]', '', 'EXECUTING', now() + interval '1 day', 60000, 1, 1, 1, 1, $4)`,
    [jobId, people.organizationId, people.ownerId, payloads.length],
  )
  for (const [index, each] of payloads.entries()) {
    await dataSource.query(
      `insert into job_tasks (job_id, organization_id, index, display_name, payload, state, queued_at, max_attempts, needs)
       values ($1, $2, $3, $4, $5, 'WAITING', now(), 3, $6)`,
      [jobId, people.organizationId, index, each.step, JSON.stringify(each), each.needs],
    )
  }
  return jobId
}

async function take(
  { dataSource }: TestDatabase,
  people: People,
  options: ContainerRunOptions,
  jobId: string,
  index: number,
  worker: string,
): Promise<TakenStep> {
  const [row] = await rows<{ attempt: number; failures: number; payload: unknown }>(
    dataSource,
    `update job_tasks set state = 'RUNNING', attempt = attempt + 1, lease_owner = $3,
       lease_expires_at = now() + interval '1 minute', start_time = coalesce(start_time, now())
     where job_id = $1 and index = $2 returning attempt, failures, payload`,
    [jobId, index, worker],
  )
  if (row === undefined) throw new Error(`no task ${index} of job ${jobId}`)
  const stop = new AbortController()
  const lines: { container: number; text: string }[] = []
  const progress: number[] = []
  const run = row.failures + 1
  const task: ExternalTask = {
    jobId,
    organizationId: people.organizationId,
    ownerId: people.ownerId,
    index,
    run,
    attempt: { jobId, index, attempt: row.attempt, worker },
    payload: row.payload,
    outputLimitBytes: 2 ** 20,
    remainingMs: 60_000,
    signal: stop.signal,
    async goesOn() {
      const [found] = await rows<{ state: string }>(
        dataSource,
        `select state from job_tasks where job_id = $1 and index = $2 and failures + 1 = $3
           and (state = 'RUNNING' or (state = 'WAITING' and queued_at is not null))`,
        [jobId, index, run],
      )
      return found !== undefined
    },
    progress: (fraction) => progress.push(fraction),
    log: (text, container = -1) => lines.push({ container, text }),
  }
  return {
    task,
    stop,
    lines,
    progress,
    run(more = {}) {
      const running = containerRun({ ...options, ...more }).run(task)
      // Of a test that failed before it looked, nobody else hears.
      running.catch(() => undefined)
      return running
    },
  }
}
