import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { JobServiceService, WatchJobRequest } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { appendEvents } from '../../../backend/src/modules/jobs/job-changes.ts'
import { makeJobs } from '../backend-system/make-jobs.ts'
import { startBackend } from '../backend-system/start-backend.ts'
import type { BenchReport } from '../report.ts'
import type { BareEvent, BareWritten } from './bare-messages.ts'
import { measureOrganization } from './organization.ts'
import { WatcherProcesses } from './watcher-processes.ts'

const WATCHERS = 2_000
const WARM_UP = 60
const ROUNDS = 300
const PAUSE_MS = 5

/**
 * From just before an event's COMMIT to its receipt by the last of 2,000 authenticated WatchJob streams;
 * beside it, from the first write to the last receipt of the same message sent by a bare grpc-js server to as
 * many streams. The same processes of watchers on both sides; rounds alternate.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const system = await startBackend(started)
  const dataSource = await createDataSource(system.databaseUrl).initialize()
  started.defer(() => dataSource.destroy())
  const jobId = randomUUID()
  await makeJobs(dataSource, system, 1, { id: `'${jobId}'`, phase: `'QUEUED'` })
  const bare = fork(new URL('./bare-fan-out.ts', import.meta.url))
  started.defer(async () => void bare.kill())
  const [barePort] = await once(bare, 'message')

  const watching = started.use(new AsyncDisposableStack())
  const { path } = JobServiceService.watchJob
  const name = `${system.parent}/jobs/${jobId}`
  const watch = async (address: string) => {
    const request = Buffer.from(WatchJobRequest.encode({ name, afterSequence: 0n }).finish()).toString(
      'base64',
    )
    const { authorization } = system
    const watchers = new WatcherProcesses({
      address,
      path,
      request,
      authorization,
      messages: 'JobEvent',
      count: WATCHERS,
    })
    watching.defer(() => watchers.stop())
    await watchers.begun
    return watchers
  }
  const own = await watch(system.grpcAddress)
  const reference = await watch(`127.0.0.1:${barePort}`)

  const ownMs: number[] = []
  const bareMs: number[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    await setTimeout(PAUSE_MS)
    const writtenMs = await writeBare(bare, reference, round + 1)
    await setTimeout(PAUSE_MS)
    const committedMs = await commitEvent(dataSource, jobId, own, round + 1)
    if (round < WARM_UP) continue
    bareMs.push(writtenMs)
    ownMs.push(committedMs)
  }
  await watching.disposeAsync()
  const line = (label: string, share: number) => {
    const [value, floor] = [quantile(ownMs, share), quantile(bareMs, share)]
    return { label, value, unit: 'ms', reference: floor, ratio: value / floor, target: '<= 2' }
  }
  return {
    name: 'watch',
    lines: [
      line(`commit to the last of ${WATCHERS} watchers, median`, 0.5),
      line(`commit to the last of ${WATCHERS} watchers, 99th percentile`, 0.99),
      ...(await measureOrganization(started, system, dataSource)),
    ],
  }
}

async function writeBare(bare: ChildProcess, watchers: WatcherProcesses, sequence: number): Promise<number> {
  const event: BareEvent = { sequence, progress: sequence / 1000 }
  const written = once(bare, 'message')
  const received = watchers.received(sequence)
  bare.send(event)
  const [{ atNs }] = (await written) as [BareWritten]
  return Number((await received) - BigInt(atNs)) / 1e6
}

async function commitEvent(
  dataSource: DataSource,
  jobId: string,
  watchers: WatcherProcesses,
  sequence: number,
): Promise<number> {
  const received = watchers.received(sequence)
  const runner = dataSource.createQueryRunner()
  try {
    await runner.startTransaction()
    await appendEvents(runner.manager, jobId, [{ kind: 'progress', payload: { progress: sequence / 1000 } }])
    const beginNs = process.hrtime.bigint()
    await runner.commitTransaction()
    return Number((await received) - beginNs) / 1e6
  } finally {
    await runner.release()
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}
