import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { StrandedJobs } from './stranded-jobs.ts'
import { sweep } from './sweep.ts'
import { sweepStep } from './sweep-step.ts'

export interface HousekeepingOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two sweeps over what is due or lost. Default 5 s. */
  readonly intervalMs?: number
  /** Without a worker for so long, jobs that have begun become SUSPENDED. Default 30 s. */
  readonly noWorkersMs?: number
  /** What else is done each time. */
  readonly afterSweep?: () => Promise<void>
}

/**
 * Sweeps over the jobs of all organisations every few seconds. Every worker and every backend does it: jobs reach their
 * deadline and their destruction time, and are told to wait, also while there is no worker.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #stranded: StrandedJobs
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#stranded = new StrandedJobs(options.noWorkersMs)
  }

  start(): void {
    this.#sweepLater(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#sweeping
  }

  #sweepLater(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#sweeping = this.#sweep().catch((error) =>
        this.#options.log.warn({ err: error }, 'a sweep failed; the next one tries again'),
      )
      this.#sweeping.then(() => {
        if (!this.#stopped) this.#sweepLater(this.#options.intervalMs ?? 5_000)
      })
    }, delayMs)
  }

  async #sweep(): Promise<void> {
    const { dataSource, log, afterSweep } = this.#options
    await sweep({ dataSource, log })
    const suspended = await sweepStep(log, 'stranded jobs', () => this.#stranded.suspend(dataSource))
    if (suspended !== undefined && suspended > 0) {
      log.warn({ jobs: suspended }, 'jobs wait for a worker: there is none that takes tasks')
    }
    await afterSweep?.()
  }
}
