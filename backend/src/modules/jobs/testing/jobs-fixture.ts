import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pino from 'pino'
import { v7 } from 'uuid'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { FilesystemObjects } from '../../../adapters/objects/filesystem.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import type { JobError, JobEventRecord, JobRecord } from '../job.ts'
import { listEvents } from '../job-store.ts'
import { isTerminal } from '../phase-transitions.ts'
import { createJobsWorker, type JobsWorker, type JobsWorkerOptions } from '../worker/jobs-worker.ts'
import { gatherService } from './gather-service.ts'
import { probeService } from './probe-service.ts'

export const silent = pino({ level: process.env['TEST_LOG'] ?? 'silent' })

export interface JobsFixture {
  readonly database: TestDatabase
  readonly folder: string
  readonly objects: FilesystemObjects
  readonly organizationId: string
  readonly ownerId: string
  worker(options?: Partial<JobsWorkerOptions>): Promise<JobsWorker>
  events(jobId: string): Promise<JobEventRecord[]>
  /** Resolves when the job's events hold what is looked for; fails after the fixture's patience. */
  until(jobId: string, found: (events: JobEventRecord[]) => boolean): Promise<JobEventRecord[]>
  ended(jobId: string): Promise<JobEventRecord[]>
  /** Resolves when the condition holds; fails after the fixture's patience. */
  eventually(condition: () => Promise<boolean>): Promise<void>
  stopWorkers(): Promise<void>
  storedKeys(): Promise<string[]>
  end(): Promise<void>
}

export function phaseOf(event: JobEventRecord): JobRecord['phase'] | undefined {
  return event.kind === 'phase' ? event.payload.phase : undefined
}

/** What a job's terminal event says went wrong. */
export function errorOf(events: readonly JobEventRecord[]): JobError | undefined {
  const last = events.findLast((event) => event.kind === 'phase')
  return last?.kind === 'phase' ? last.payload.error : undefined
}

/** Processes whose command line holds the text. */
export async function processesOf(text: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,args='])
  return stdout
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10))
}

/**
 * A migrated database with an organisation and a user in it, a folder of objects, and workers on demand.
 *
 * @param patienceMs for one condition. Default 15 s: less than a test may take
 */
export async function jobsFixture(patienceMs = 15_000): Promise<JobsFixture> {
  const database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-jobs-'))
  const objects = new FilesystemObjects({ folder: join(folder, 'objects'), signingKey: Buffer.alloc(32, 7) })
  const organizationId = v7()
  const ownerId = v7()
  await database.dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, 'observatory', 'Observatory', 'MEMBER')`,
    [organizationId],
  )
  await database.dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'iss', 'probe', 'a@example.org', 'A')`,
    [ownerId],
  )
  const workers: (() => Promise<void>)[] = []
  const events = (jobId: string) => listEvents(database.dataSource, jobId, 0n, 10_000)
  const poll = async (condition: () => Promise<boolean>, describe: () => Promise<string>) => {
    const deadline = performance.now() + patienceMs
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`not seen in time: ${await describe()}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const until: JobsFixture['until'] = async (jobId, found) => {
    let seen: JobEventRecord[] = []
    await poll(
      async () => {
        seen = await events(jobId)
        return found(seen)
      },
      async () => seen.map((event) => JSON.stringify(event.payload)).join(),
    )
    return seen
  }
  return {
    database,
    folder,
    objects,
    organizationId,
    ownerId,
    events,
    until,
    eventually: (condition) => poll(condition, async () => String(condition)),
    async stopWorkers() {
      for (const stop of workers.splice(0)) await stop()
    },
    ended: (jobId) =>
      until(jobId, (seen) => seen.some((event) => event.kind === 'phase' && isTerminal(event.payload.phase))),
    async worker(options = {}) {
      const execution = createProcessExecution({
        entry: new URL('./probe-runner.ts', import.meta.url),
        warmMemoryBytes: probeService.limits.memoryBytes,
        graceMs: 200,
        watchMs: 50,
      })
      const worker = createJobsWorker({
        databaseUrl: database.url,
        dataSource: database.dataSource,
        objects,
        scanner: createDisabledScanner(),
        execution,
        services: [probeService, gatherService],
        concurrency: 2,
        scratchFolder: join(folder, 'scratch'),
        log: silent,
        leaseMs: 1_500,
        sweepMs: 200,
        reportIntervalMs: 50,
        ...options,
      })
      await worker.start()
      let stopped = false
      const stop = async () => {
        if (stopped) return
        stopped = true
        await worker.stop()
        await execution.close()
      }
      workers.push(stop)
      return { start: () => worker.start(), healthy: () => worker.healthy(), stop }
    },
    async storedKeys() {
      const entries = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    },
    async end() {
      for (const stop of workers.reverse()) await stop()
      await objects.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
