import { setTimeout } from 'node:timers/promises'
import type { Job, JobChange, JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { BareQueue } from './bare-queue.ts'
import { chargeForJobs } from './charge-for-jobs.ts'
import { type System, startSystem } from './system.ts'

/** Rounds until both sides have compiled their hot code. */
const WARM_UP = 80
const ROUNDS = 80
const CHARGED_WARM_UP = 20
const PAUSE_MS = 40

/**
 * From the call of CreateJob to the first EXECUTING that a watcher is sent, on an idle system, over gRPC to a
 * backend and a worker in processes of their own; beside it, a bare graphile-worker job from add_job to start.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const system = await startSystem(started)
  const bare = new BareQueue(system.otherDatabaseUrl)
  const watch = new OrganizationWatch(system)
  const own: number[] = []
  const followed: number[] = []
  const answered: number[] = []
  const charged: Submitted[] = []
  const reference: number[] = []
  try {
    await watch.begun
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      await setTimeout(PAUSE_MS)
      const referenceMs = await bare.startMs()
      await setTimeout(PAUSE_MS)
      const submitted = await submit(system, watch)
      await setTimeout(PAUSE_MS)
      const followedMs = await submitAndFollow(system, watch)
      if (round < WARM_UP) continue
      reference.push(referenceMs)
      own.push(submitted.executingMs)
      followed.push(followedMs)
      answered.push(submitted.answeredMs)
    }
    await chargeForJobs(system.databaseUrl, 'cutout')
    for (let round = 0; round < CHARGED_WARM_UP + ROUNDS; round++) {
      await setTimeout(PAUSE_MS)
      const submitted = await submit(system, watch)
      if (round >= CHARGED_WARM_UP) charged.push(submitted)
    }
  } finally {
    watch.stop()
    await bare.stop()
  }
  const floor = median(reference)
  const line = (label: string, values: readonly number[], target?: string) => ({
    label,
    value: median(values),
    unit: 'ms',
    reference: floor,
    ratio: median(values) / floor,
    ...(target === undefined ? {} : { target }),
  })
  return {
    name: 'submit',
    lines: [
      line('submit to EXECUTING, seen by WatchJobs', own, '<= 3'),
      line('submit to EXECUTING, by WatchJob opened after the answer', followed),
      line('submit to the answer of CreateJob', answered),
      line(
        'submit to EXECUTING, of a job that costs credits',
        charged.map(({ executingMs }) => executingMs),
      ),
      line(
        'submit to the answer, of a job that costs credits',
        charged.map(({ answeredMs }) => answeredMs),
      ),
    ],
  }
}

/** Milliseconds to the answer, and to the EXECUTING that a watch of the organisation is sent. */
interface Submitted {
  readonly answeredMs: number
  readonly executingMs: number
}

async function submit(system: System, watch: OrganizationWatch): Promise<Submitted> {
  const begin = performance.now()
  const job = await createJob(system)
  const answered = performance.now()
  const executing = await watch.executing(job.name)
  await watch.ended(job.name)
  return { answeredMs: answered - begin, executingMs: executing - begin }
}

/** Milliseconds to EXECUTING for one who goes to the new job when it is there. */
async function submitAndFollow(system: System, watch: OrganizationWatch): Promise<number> {
  const begin = performance.now()
  const job = await createJob(system)
  const executing = await followUntilExecuting(system, job.name)
  await watch.ended(job.name)
  return executing - begin
}

function createJob({ jobs, metadata, parent }: System): Promise<Job> {
  return new Promise((resolve, reject) => {
    jobs.createJob(
      {
        parent,
        service: 'cutout',
        parameters: [
          { name: 'ID', value: 'small' },
          { name: 'CIRCLE', value: '10 20 0.1' },
        ],
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

/** Opens WatchJob as a page does that goes to the new job; resolves with the time of EXECUTING. */
function followUntilExecuting({ jobs, metadata }: System, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = jobs.watchJob({ name, afterSequence: 0n }, metadata)
    stream.on('data', ({ event }: JobEvent) => {
      if (event?.$case !== 'phase' || event.value.phase !== 'PHASE_EXECUTING') return
      resolve(performance.now())
      stream.cancel()
    })
    // After the cancel above, the stream ends with that as its error.
    stream.on('error', reject)
  })
}

/** An open WatchJobs, which notes when it first saw each job in a phase. */
class OrganizationWatch {
  readonly begun: Promise<void>
  readonly #stream
  readonly #seen = new Map<string, number>()
  readonly #waiting = new Map<string, (timeMs: number) => void>()

  constructor({ jobs, metadata, parent }: System) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.begun = promise
    this.#stream = jobs.watchJobs({ parent }, metadata)
    this.#stream.on('error', reject)
    this.#stream.on('data', ({ change }: JobChange) => {
      resolve()
      if (change?.$case !== 'job') return
      const { name, phase, startTime } = change.value
      if (startTime !== undefined) this.#note(`${name} started`)
      if (phase === 'PHASE_COMPLETED') this.#note(`${name} ended`)
      if (phase === 'PHASE_ERROR') throw new Error(`a job failed: ${change.value.error?.message}`)
    })
  }

  executing(name: string): Promise<number> {
    return this.#when(`${name} started`)
  }

  ended(name: string): Promise<number> {
    return this.#when(`${name} ended`)
  }

  stop(): void {
    this.#stream.cancel()
  }

  #note(what: string): void {
    if (this.#seen.has(what)) return
    this.#seen.set(what, performance.now())
    this.#waiting.get(what)?.(performance.now())
  }

  #when(what: string): Promise<number> {
    const seen = this.#seen.get(what)
    if (seen !== undefined) return Promise.resolve(seen)
    return new Promise((resolve) => this.#waiting.set(what, resolve))
  }
}
