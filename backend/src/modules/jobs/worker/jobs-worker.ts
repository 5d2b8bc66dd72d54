import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runTaskList, type WorkerPool } from 'graphile-worker'
import pg from 'pg'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import type { Execution } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import { jobsChannel, parseNotice } from '../job-notice.ts'
import { type CleanUpWork, cleanUpWork, type TaskWork, taskWork } from '../job-queue.ts'
import { hasEnded } from '../phase-transitions.ts'
import type { JobService } from '../services/job-service.ts'
import { rows } from '../sql.ts'
import { claimTask } from '../task-store.ts'
import { cleanUpJob } from './clean-up.ts'
import { HeldTask } from './held-task.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { queueLogger } from './queue-log.ts'
import { runTask } from './run-task.ts'
import { sweep } from './sweep.ts'

export interface JobsWorkerOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly scanner: Scanner
  readonly execution: Execution
  readonly services: readonly JobService[]
  /** Tasks at a time. */
  readonly concurrency: number
  /** Where tasks write before their files are stored. */
  readonly scratchFolder: string
  readonly log: Logger
  /** A task whose worker is silent for this long is taken by another. Default 15 s. */
  readonly leaseMs?: number
  /** Between two sweeps over what is due or lost. Default 5 s. */
  readonly sweepMs?: number
  /** Between two writes of what a task reports. Default 300 ms. */
  readonly reportIntervalMs?: number
}

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
  readonly #services: ReadonlyMap<string, JobService>
  readonly #held = new Set<HeldTask>()
  readonly #leaseMs: number
  #queueConnections: pg.Pool | undefined
  #pool: WorkerPool | undefined
  #listener: Listener | undefined
  #leases: LeaseKeeper | undefined
  #sweepTimer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()
  /** Resolves when the worker can be known to others: before that it takes no task. */
  readonly #registered = Promise.withResolvers<void>()
  #stopping = false

  constructor(options: JobsWorkerOptions) {
    this.#options = options
    this.#services = new Map(options.services.map((service) => [service.id, service]))
    this.#leaseMs = options.leaseMs ?? 15_000
  }

  async start(): Promise<void> {
    const { databaseUrl, dataSource, log, concurrency, execution } = this.#options
    execution.warm()
    this.#listener = await listen(databaseUrl, { channels: [jobsChannel], log })
    this.#listener.on('notification', (_channel, payload) => this.#stopEndedJob(payload))
    // Two more than tasks: one LISTENs, one fetches work while all tasks end.
    this.#queueConnections = new pg.Pool({
      connectionString: databaseUrl,
      max: concurrency + 2,
      application_name: 'fairlead queue',
    })
    this.#queueConnections.on('error', (error) => log.warn({ err: error }, 'a queue connection was lost'))
    this.#pool = runTaskList(
      { concurrency, noHandleSignals: true, logger: queueLogger(log) },
      {
        [taskWork]: (work) => this.#take(work as TaskWork),
        [cleanUpWork]: (work) => cleanUpJob(dataSource, this.#options.objects, (work as CleanUpWork).job),
      },
      this.#queueConnections,
    )
    this.#pool.promise.catch((error) => log.error({ err: error }, 'the queue ended with an error'))
    this.#leases = new LeaseKeeper({
      dataSource,
      worker: this.#pool.id,
      leaseMs: this.#leaseMs,
      held: this.#held,
      log,
    })
    await this.#leases.start()
    this.#registered.resolve()
    await this.#removeDeadScratch()
    this.#sweepLater(0)
  }

  healthy(): boolean {
    return !this.#stopping && this.#leases?.current === true
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#sweepTimer)
    await this.#sweeping
    const drained = this.#pool?.gracefulShutdown('the worker stops')
    for (const held of this.#held) held.stop('RELEASED')
    await drained
    await this.#leases?.stop()
    await this.#listener?.close()
    await this.#queueConnections?.end()
    if (this.#pool !== undefined) await rm(this.#scratchFolder(), { recursive: true, force: true })
  }

  async #take(work: TaskWork): Promise<void> {
    await this.#registered.promise
    const { dataSource } = this.#options
    const worker = this.#workerId()
    const task = await claimTask(dataSource, {
      jobId: work.job,
      index: work.task,
      worker,
      leaseMs: this.#leaseMs,
    })
    // Taken or ended meanwhile: there is nothing to do for this entry of the queue.
    if (task === undefined) return
    const held = new HeldTask(task)
    this.#held.add(held)
    if (this.#stopping) held.stop('RELEASED')
    try {
      await runTask(
        {
          ...this.#options,
          services: this.#services,
          scratchFolder: this.#scratchFolder(),
          reportIntervalMs: this.#options.reportIntervalMs ?? 300,
        },
        held,
      )
    } finally {
      this.#held.delete(held)
    }
  }

  #workerId(): string {
    if (this.#pool === undefined) throw new Error('the worker has not been started')
    return this.#pool.id
  }

  #scratchFolder(): string {
    return join(this.#options.scratchFolder, this.#workerId())
  }

  #stopEndedJob(payload: string): void {
    if (this.#held.size === 0) return
    const notice = parseNotice(payload)
    if (notice === undefined || !(notice.deleted || hasEnded(notice.phase))) return
    for (const held of this.#held) {
      if (held.task.jobId === notice.jobId) held.stop('LOST')
    }
  }

  #sweepLater(delayMs: number): void {
    this.#sweepTimer = setTimeout(() => {
      const { dataSource, log } = this.#options
      this.#sweeping = sweep({ dataSource, services: this.#services, log })
        .then((dead) => this.#removeScratch(dead))
        .catch((error) => log.warn({ err: error }, 'a sweep failed; the next one tries again'))
      this.#sweeping.then(() => {
        if (!this.#stopping) this.#sweepLater(this.#options.sweepMs ?? 5_000)
      })
    }, delayMs)
  }

  /** Workers of this host that were killed could not remove their scratch folders. */
  async #removeDeadScratch(): Promise<void> {
    const { scratchFolder, dataSource } = this.#options
    if (!existsSync(scratchFolder)) return
    const alive = await rows<{ id: string }>(dataSource, `select id from job_workers`, [])
    const entries = await readdir(scratchFolder)
    await this.#removeScratch(
      entries.filter((entry) => entry.startsWith('pool-') && !alive.some(({ id }) => id === entry)),
    )
  }

  async #removeScratch(workers: readonly string[]): Promise<void> {
    for (const worker of workers) {
      await rm(join(this.#options.scratchFolder, worker), { recursive: true, force: true })
    }
  }
}
