import { setTimeout } from 'node:timers/promises'
import {
  type Job,
  JobServiceClient,
  JobServiceService,
  WatchJobsRequest,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { credentials, Metadata } from '@grpc/grpc-js'
import type { DataSource } from 'typeorm'
import { appendEvents } from '../../../backend/src/modules/jobs/job-changes.ts'
import { makeJobs } from '../backend-system/make-jobs.ts'
import type { BackendSystem } from '../backend-system/start-backend.ts'
import type { BenchLine } from '../report.ts'
import { WatcherProcesses } from './watcher-processes.ts'

const WATCHERS = 2_000
const JOBS = 200
/** Of all jobs together, each by its turn. */
const CHANGES_PER_SECOND = 200
const MEASURED_MS = 6_000
const CALL_EVERY_MS = 20

/**
 * How long a call of GetJob takes while an organisation's jobs change 200 times a second and 2,000 WatchJobs
 * streams are told; beside it, while nobody watches.
 */
export async function measureOrganization(
  started: AsyncDisposableStack,
  system: BackendSystem,
  dataSource: DataSource,
): Promise<BenchLine[]> {
  await makeJobs(dataSource, system, JOBS, { phase: `'QUEUED'` })
  const ids: { id: string }[] = await dataSource.query(`select id from jobs where phase = 'QUEUED'`)
  const client = new JobServiceClient(system.grpcAddress, credentials.createInsecure())
  started.defer(() => client.close())
  const getJob = caller(client, system, ids[0]?.id ?? '')
  const measure = async () => {
    const ended = new AbortController()
    const changing = change(dataSource, ids, ended.signal)
    await callFor(1_000, getJob)
    const times = await callFor(MEASURED_MS, getJob)
    ended.abort()
    await changing
    return times
  }
  const floors = await measure()
  const request = Buffer.from(WatchJobsRequest.encode({ parent: system.parent }).finish()).toString('base64')
  const watchers = new WatcherProcesses({
    address: system.grpcAddress,
    path: JobServiceService.watchJobs.path,
    request,
    authorization: system.authorization,
    messages: 'JobChange',
    count: WATCHERS,
  })
  started.defer(() => watchers.stop())
  await watchers.begun
  const times = await measure()
  const line = (label: string, share: number) => {
    const [value, reference] = [quantile(times, share), quantile(floors, share)]
    return { label, value, unit: 'ms', reference, ratio: value / reference }
  }
  return [
    line(`GetJob while ${WATCHERS} watch ${CHANGES_PER_SECOND} changes a second, median`, 0.5),
    line(`GetJob while ${WATCHERS} watch ${CHANGES_PER_SECOND} changes a second, 99th percentile`, 0.99),
  ]
}

async function change(
  dataSource: DataSource,
  jobs: readonly { id: string }[],
  signal: AbortSignal,
): Promise<void> {
  const begin = performance.now()
  for (let count = 0; !signal.aborted; count++) {
    const dueMs = begin + (count * 1000) / CHANGES_PER_SECOND - performance.now()
    if (dueMs > 0) await setTimeout(dueMs)
    const { id } = jobs[count % jobs.length] ?? { id: '' }
    await appendEvents(dataSource, id, [{ kind: 'log', payload: { task: 0, text: `line ${count}` } }])
  }
}

function caller(client: JobServiceClient, { authorization, parent }: BackendSystem, id: string) {
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  return () =>
    new Promise<Job>((resolve, reject) => {
      client.getJob({ name: `${parent}/jobs/${id}` }, metadata, (error, job) =>
        error === null ? resolve(job) : reject(error),
      )
    })
}

/** Begins a call every so often, whether or not the one before was answered; the milliseconds that they took. */
async function callFor(durationMs: number, call: () => Promise<unknown>): Promise<number[]> {
  const calls: Promise<number>[] = []
  for (const end = performance.now() + durationMs; performance.now() < end; ) {
    const begin = performance.now()
    calls.push(call().then(() => performance.now() - begin))
    await setTimeout(CALL_EVERY_MS)
  }
  return Promise.all(calls)
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}
