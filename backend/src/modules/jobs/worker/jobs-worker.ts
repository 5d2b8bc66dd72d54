import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runTaskList, type WorkerPool } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import type { Execution } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import type { Tracing } from '../../../tracing/index.ts'
import { creditsChannel } from '../../credits/index.ts'
import { WaitingJobs } from '../charging/waiting-jobs.ts'
import { jobsChannel, parseNotice } from '../job-notice.ts'
import { type CleanUpWork, cleanUpWork, enqueueRetries, workersChannel } from '../job-queue.ts'
import { hasEnded } from '../phase-transitions.ts'
import { claimTasks } from '../queue/claim-tasks.ts'
import { Housekeeping } from '../queue/housekeeping.ts'
import type { ExecutionLimits } from '../queue/organization-limits.ts'
import { isExternal, type JobService } from '../services/job-service.ts'
import { AbandonedScratch } from './abandoned-scratch.ts'
import { cleanUpJob } from './clean-up.ts'
import { Dispatcher } from './dispatcher.ts'
import { Dispatchers } from './dispatchers.ts'
import { EndingBatches } from './ending-batches.ts'
import type { ExternalRun } from './external-run.ts'
import type { HeldTask } from './held-task.ts'
import { LeaseKeeper, type WorkerState } from './lease-keeper.ts'
import { queueConnections } from './queue-connections.ts'
import { queueLogger } from './queue-log.ts'
import { releaseTask, runTask, type TaskRunner } from './run-task.ts'
import { ScratchFolders } from './scratch-folders.ts'
import type { TaskInput } from './task-input.ts'
import { TaskPace } from './task-pace.ts'
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts'

export interface JobsWorkerOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly scanner: Scanner
  readonly execution: Execution
  readonly services: readonly JobService[]
  /** By the service's id, of those whose tasks need something of the database. */
  readonly inputs?: Readonly<Record<string, TaskInput>>
  /** Tasks at a time. */
  readonly concurrency: number
  /** By the service's id, who runs the tasks of services that no process runs. Without one, such tasks are left to others. */
  readonly externalRuns?: Readonly<Record<string, ExternalRun>>
  /** Tasks that are run elsewhere at a time, beside the others: they only wait. Default 32. */
  readonly externalConcurrency?: number
  /** Where tasks write before their files are stored. */
  readonly scratchFolder: string
  readonly log: Logger
  /** Undefined: tasks are not traced. */
  readonly tracing?: Tracing | undefined
  /** Where figures of this worker are registered. */
  readonly registry?: Registry
  /** A task whose worker is silent for this long is taken by another. Default 15 s. */
  readonly leaseMs?: number
  /** Between two sweeps over what is due or lost. Default 5 s. */
  readonly sweepMs?: number
  /** Between two writes of what a task reports. Default 300 ms. */
  readonly reportIntervalMs?: number
  /** Between two looks for work that no notification told of, such as retries. Default 1 s. */
  readonly pollMs?: number
  /** Without a worker that takes tasks for so long, jobs that have begun become SUSPENDED. Default 30 s. */
  readonly noWorkersMs?: number
  /** Of organisations that have none of their own. */
  readonly limits?: ExecutionLimits
}

/** Each waits for its task, and holds next to nothing meanwhile. */
const EXTERNAL_CONCURRENCY = 32

export interface JobsWorker {
  /** Takes work from now on. */
  start(): Promise<void>
  /** Gives back what runs, for other workers to take at once, and ends. */
  stop(): Promise<void>
  /** False while the worker cannot renew its leases. */
  healthy(): boolean
}

export function createJobsWorker(options: JobsWorkerOptions): JobsWorker {
  return new Worker(options)
}

class Worker implements JobsWorker {
  readonly #options: JobsWorkerOptions
  readonly #held = new Set<HeldTask>()
  /** What of held tasks is still being done: running, or the writing of their ends. */
  readonly #doing = new Set<Promise<void>>()
  readonly #leaseMs: number
  /** Of tasks that run here, and of those that are run elsewhere, where this worker can. */
  readonly #dispatchers: Dispatchers
  readonly #containerSlots: number
  readonly #endings: EndingBatches
  readonly #metrics: WorkerMetrics
  #taskRunner: TaskRunner | undefined
  #queueConnections: pg.Pool | undefined
  #pool: WorkerPool | undefined
  #listener: Listener | undefined
  #leases: LeaseKeeper | undefined
  #pollTimer: NodeJS.Timeout | undefined
  #polling: Promise<void> = Promise.resolve()
  readonly #housekeeping: Housekeeping
  readonly #waiting: WaitingJobs
  #stopping = false

  constructor(options: JobsWorkerOptions) {
    this.#options = options
    this.#leaseMs = options.leaseMs ?? 15_000
    const elsewhere = Object.keys(options.externalRuns ?? {})
    this.#containerSlots = elsewhere.length === 0 ? 0 : (options.externalConcurrency ?? EXTERNAL_CONCURRENCY)
    const running = (external: boolean) =>
      [...this.#held].filter(({ task }) => task.external === external).length
    this.#metrics = createWorkerMetrics(options.registry, {
      slots: options.concurrency,
      running: () => running(false),
      containerSlots: this.#containerSlots,
      runningContainers: () => running(true),
    })
    // An ending makes room under limits, and may let others begin.
    this.#endings = new EndingBatches(options.dataSource, () => this.#dispatchers.wake())
    const abandoned = new AbandonedScratch(options.scratchFolder, options.dataSource, this.#leaseMs / 2)
    this.#waiting = new WaitingJobs({ dataSource: options.dataSource, log: options.log })
    this.#housekeeping = new Housekeeping({
      dataSource: options.dataSource,
      log: options.log,
      ...(options.sweepMs === undefined ? {} : { intervalMs: options.sweepMs }),
      ...(options.noWorkersMs === undefined ? {} : { noWorkersMs: options.noWorkersMs }),
      afterSweep: async () => {
        await abandoned.remove()
        await this.#waiting.sweep()
      },
    })
    const here = options.services.filter((service) => !isExternal(service)).map(({ id }) => id)
    this.#dispatchers = new Dispatchers([
      this.#dispatcherOf(options.concurrency, here, false),
      ...(this.#containerSlots === 0 ? [] : [this.#dispatcherOf(this.#containerSlots, elsewhere, true)]),
    ])
  }

  #dispatcherOf(concurrency: number, services: readonly string[], external: boolean): Dispatcher {
    const { dataSource, limits, log } = this.#options
    return new Dispatcher({
      concurrency,
      // What runs elsewhere takes its time, however short it was for those before.
      pace: external ? undefined : new TaskPace(),
      held: this.#held,
      claim: (slots, ahead, shortServices) =>
        claimTasks(dataSource, {
          worker: this.#workerId(),
          leaseMs: this.#leaseMs,
          slots,
          ahead,
          shortServices,
          external,
          services,
          ...(limits === undefined ? {} : { limits }),
        }),
      run: (held) => this.#run(held),
      release: (held) => this.#do(held, releaseTask({ endings: this.#endings }, held)),
      onError: (error) => log.warn({ err: error }, 'a claim of tasks failed; the next one tries again'),
    })
  }

  async start(): Promise<void> {
    const { databaseUrl, dataSource, log, concurrency, execution } = this.#options
    execution.warm()
    this.#listener = await listen(databaseUrl, {
      channels: [jobsChannel, workersChannel, creditsChannel],
      log,
    })
    this.#listener.on('notification', (channel, payload) => this.#onNotice(channel, payload))
    this.#listener.on('resync', () => this.#onResync())
    this.#queueConnections = queueConnections(databaseUrl, log)
    this.#pool = runTaskList(
      { concurrency: 1, noHandleSignals: true, logger: queueLogger(log) },
      {
        [cleanUpWork]: (work) => cleanUpJob(dataSource, this.#options.objects, (work as CleanUpWork).job),
      },
      this.#queueConnections,
    )
    this.#pool.promise.catch((error) => log.error({ err: error }, 'the queue ended with an error'))
    this.#leases = new LeaseKeeper({
      dataSource,
      worker: this.#workerId(),
      concurrency,
      containerSlots: this.#containerSlots,
      leaseMs: this.#leaseMs,
      held: this.#held,
      onState: (state) => this.#obey(state),
      log,
    })
    // Known to others before it takes a task.
    await this.#leases.start()
    this.#dispatchers.open()
    this.#pollLater()
    this.#housekeeping.start()
  }

  healthy(): boolean {
    return !this.#stopping && this.#leases?.current === true
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#pollTimer)
    await Promise.all([this.#waiting.stop(), this.#housekeeping.stop(), this.#polling])
    const drained = this.#pool?.gracefulShutdown('the worker stops')
    await this.#dispatchers.drain()
    while (this.#doing.size > 0) await Promise.all(this.#doing)
    await drained
    await this.#leases?.stop()
    await this.#listener?.close()
    await this.#queueConnections?.end()
    if (this.#pool !== undefined) await rm(this.#scratchFolder(), { recursive: true, force: true })
  }

  #obey(state: WorkerState): void {
    const { log } = this.#options
    log.info({ state }, 'the operator changed what this worker does')
    if (this.#stopping) return
    if (state === 'ACTIVE') {
      this.#dispatchers.open()
      return
    }
    const done = state === 'PAUSED' ? this.#dispatchers.close() : this.#dispatchers.drain()
    done.catch((error) => log.warn({ err: error }, 'giving back tasks failed'))
  }

  /** Resolves when the task's slot is free. */
  async #run(held: HeldTask): Promise<void> {
    const running = runTask(this.#runner(), held)
    this.#do(
      held,
      running.then(({ ended }) => ended),
    )
    await running
  }

  /** Keeps the task held, so that its lease is renewed, until what is done with it is done. */
  #do(held: HeldTask, work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error) => this.#options.log.warn({ err: error }, 'the end of an attempt was not written'))
      .then(() => {
        this.#held.delete(held)
        this.#doing.delete(done)
      })
    this.#doing.add(done)
  }

  #runner(): TaskRunner {
    this.#taskRunner ??= {
      ...this.#options,
      services: new Map(this.#options.services.map((each) => [each.id, each])),
      folders: new ScratchFolders(this.#scratchFolder()),
      reportIntervalMs: this.#options.reportIntervalMs ?? 300,
      endings: this.#endings,
      metrics: this.#metrics,
    }
    return this.#taskRunner
  }

  #workerId(): string {
    if (this.#pool === undefined) throw new Error('the worker has not been started')
    return this.#pool.id
  }

  #scratchFolder(): string {
    return join(this.#options.scratchFolder, this.#workerId())
  }

  #onNotice(channel: string, payload: string): void {
    if (channel === creditsChannel) {
      this.#lookForCredits(payload)
      return
    }
    if (channel === workersChannel) {
      if (payload === '') this.#dispatchers.wake()
      else if (payload === this.#workerId()) this.#onResync()
      return
    }
    const notice = parseNotice(payload)
    if (notice === undefined) return
    const { jobId, phase, deleted, sequence } = notice
    if (phase === 'QUEUED' && !deleted) this.#dispatchers.wake()
    if (deleted || hasEnded(phase) || phase === 'SUSPENDED') {
      this.#dispatchers.stopJob(jobId, sequence)
    }
  }

  #lookForCredits(organizationId: string): void {
    if (this.#stopping) return
    this.#waiting
      .look(organizationId)
      .catch((error) =>
        this.#options.log.warn({ err: error }, 'jobs that wait for credits were not looked at'),
      )
  }

  /** There may be work, and the worker's state may be another. */
  #onResync(): void {
    this.#lookForCredits('')
    this.#leases
      ?.readState()
      .then(() => this.#dispatchers.wake())
      .catch((error) => this.#options.log.warn({ err: error }, "this worker's state could not be read"))
  }

  #pollLater(): void {
    this.#pollTimer = setTimeout(() => {
      const { dataSource, log } = this.#options
      this.#polling = enqueueRetries(dataSource)
        .then(() => this.#dispatchers.wake())
        .catch((error) => log.warn({ err: error }, 'looking for retries failed; the next look tries again'))
      this.#polling.then(() => {
        if (!this.#stopping) this.#pollLater()
      })
    }, this.#options.pollMs ?? 1_000)
  }
}
