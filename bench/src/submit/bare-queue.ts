import { Logger, runTaskList, type WorkerPool } from 'graphile-worker'
import pg from 'pg'

/** The reference: graphile-worker alone, woken by its LISTEN. */
export class BareQueue {
  readonly #pool: pg.Pool
  readonly #workers: WorkerPool
  #started: (() => void) | undefined

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl })
    this.#workers = runTaskList(
      { concurrency: 2, noHandleSignals: true, logger: new Logger(() => () => undefined) },
      { bench: () => this.#started?.() },
      this.#pool,
    )
  }

  /** Milliseconds from adding a job to its start. */
  async startMs(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#started = resolve
    const begin = performance.now()
    await this.#pool.query(`select graphile_worker.add_job('bench', '{}')`)
    await promise
    return performance.now() - begin
  }

  async stop(): Promise<void> {
    await this.#workers.gracefulShutdown()
    await this.#pool.end()
  }
}
