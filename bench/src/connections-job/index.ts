import { setTimeout } from 'node:timers/promises'
import { type Job, JobServiceClient } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { credentials, Metadata } from '@grpc/grpc-js'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { organizationNo } from '../../../backend/src/modules/locations/organization-no.ts'
import { startBackend } from '../backend-system/start-backend.ts'
import { addPeople, fill } from '../connections/fix-tables.ts'
import { FIRST_DAY_MS, walkersFixes } from '../connections/walkers.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { childNamed, memoryMb, WatchedProcesses } from './watched-processes.ts'

const DAY_MS = 86_400_000
const MILLION = 1_000_000
/** Of a person: two a minute, for a thousand minutes. */
const FIXES_EACH = 2_000
const LOOK_MS = 50
const FORMATS = ['csv', 'geojson', 'parquet']

interface System {
  readonly jobs: JobServiceClient
  readonly metadata: Metadata
  readonly parent: string
  readonly workerPid: number
}

/**
 * A job of `connections` over a dense day of a whole organisation: how long it takes, what memory its processes take,
 * and how soon a cancelled one is gone. FAIRLEAD_BENCH_MILLIONS=1,10 (fixes of the day) takes other sizes.
 */
export async function run(): Promise<BenchReport> {
  const millions = (process.env['FAIRLEAD_BENCH_MILLIONS'] ?? '1,10').split(',').map(Number)
  const lines: BenchLine[] = []
  for (const size of millions) lines.push(...(await ofDay(size)))
  return { name: 'connections-job', lines }
}

async function ofDay(size: number): Promise<BenchLine[]> {
  await using started = new AsyncDisposableStack()
  const backend = await startBackend(started, { worker: true, postgres: ['shared_buffers=512MB'] })
  const dataSource = await createDataSource(backend.databaseUrl, { statementTimeoutMs: 0 }).initialize()
  started.defer(() => dataSource.destroy())
  const people = (size * MILLION) / FIXES_EACH
  await fillDay(dataSource, backend.organizationId, people)
  const jobs = new JobServiceClient(backend.grpcAddress, credentials.createInsecure())
  started.defer(() => jobs.close())
  const metadata = new Metadata()
  metadata.set('authorization', backend.authorization)
  const system = { jobs, metadata, parent: backend.parent, workerPid: await childNamed('worker.ts') }

  const idleMb = await memoryMb(system.workerPid, 'VmRSS')
  const amidSearchMs = await cancelledMs(system, 'search')
  const amidInputMs = await cancelledMs(system, 'input')
  const watched = new WatchedProcesses(system.workerPid)
  const begin = performance.now()
  const { silenceMs, resultsMb } = await finished(system, await submitted(system))
  const tookMs = performance.now() - begin
  const { workerMb, taskMb } = await watched.stop()
  const what = `${people} people, ${size} million fixes`
  const line = (label: string, value: number, unit: string) => ({ label: `${what}: ${label}`, value, unit })
  return [
    line('the job', tookMs / 1000, 's'),
    line('its results, in three formats', resultsMb, 'MiB'),
    line('longest time without a step of its progress', silenceMs / 1000, 's'),
    { ...line('the worker, at most', workerMb, 'MiB'), reference: idleMb, ratio: workerMb / idleMb },
    line('a process of its tasks, at most', taskMb, 'MiB'),
    line('from cancelling amid the search to no process of it', amidSearchMs, 'ms'),
    line('from cancelling while its input is read to the end of it', amidInputMs, 'ms'),
  ]
}

async function fillDay(dataSource: DataSource, organizationId: string, people: number): Promise<void> {
  await addPeople(dataSource, organizationId, people)
  const no = await organizationNo(dataSource, organizationId)
  await fill(dataSource, walkersFixes(people, no, { days: 1, everyS: 30 }))
  // A token of tests may not look at locations by itself.
  await dataSource.query(`update api_tokens set scopes = scopes || '{locations.read}'`)
}

function submitted({ jobs, metadata, parent }: System): Promise<Job> {
  const parameters = [
    { name: 'PURPOSE', value: 'tracing' },
    { name: 'REASON', value: 'A dense day is searched.' },
    { name: 'START', value: new Date(FIRST_DAY_MS).toISOString() },
    { name: 'END', value: new Date(FIRST_DAY_MS + DAY_MS).toISOString() },
    ...FORMATS.map((value) => ({ name: 'FORMAT', value })),
  ]
  return new Promise((resolve, reject) => {
    jobs.createJob(
      {
        parent,
        service: 'connections',
        parameters,
        runId: '',
        executionDuration: undefined,
        destructionTime: undefined,
        keepPending: false,
        requestId: '',
      },
      metadata,
      (error, job) => (error === null ? resolve(job) : reject(error)),
    )
  })
}

function read({ jobs, metadata }: System, { name }: Job): Promise<Job> {
  return new Promise((resolve, reject) => {
    jobs.getJob({ name }, metadata, (error, job) => (error === null ? resolve(job) : reject(error)))
  })
}

/** Waits for its end; answers the longest time in which its progress stood still, and how large its results are. */
async function finished(system: System, { name }: Job) {
  let [progress, movedMs, silenceMs, resultsMb] = [0, performance.now(), 0, 0]
  for (;;) {
    await setTimeout(LOOK_MS)
    const job = await read(system, { name } as Job)
    if (job.progress > progress || job.phase === 'PHASE_COMPLETED') {
      silenceMs = Math.max(silenceMs, performance.now() - movedMs)
      movedMs = performance.now()
      progress = job.progress
    }
    resultsMb = job.results.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0) / 1024 ** 2
    if (job.phase === 'PHASE_COMPLETED') break
    if (job.phase === 'PHASE_ERROR') throw new Error(`the job failed: ${job.error?.message}`)
  }
  return { silenceMs, resultsMb }
}

/** Milliseconds from the call that cancels a job to the end of all that it had. */
async function cancelledMs(system: System, amid: 'search' | 'input'): Promise<number> {
  const watched = new WatchedProcesses(system.workerPid)
  try {
    const job = await submitted(system)
    const idle = new Set(await watched.tasks)
    const isBusy = async () => {
      const { phase, progress } = await read(system, job)
      if (phase === 'PHASE_COMPLETED') throw new Error('the job ended before it could be cancelled')
      return phase === 'PHASE_EXECUTING' && (amid === 'input' || progress > 0)
    }
    while (!(await isBusy())) await setTimeout(LOOK_MS)
    const begin = performance.now()
    await new Promise<void>((resolve, reject) => {
      system.jobs.cancelJob({ name: job.name }, system.metadata, (error) =>
        error === null ? resolve() : reject(error),
      )
    })
    while ((await read(system, job)).phase === 'PHASE_EXECUTING') await setTimeout(LOOK_MS)
    while (amid === 'search' && (await watched.tasks).some((pid) => !idle.has(pid))) await setTimeout(LOOK_MS)
    return performance.now() - begin
  } finally {
    await watched.stop()
  }
}
