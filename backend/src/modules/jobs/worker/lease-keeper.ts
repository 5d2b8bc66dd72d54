import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { rows } from '../sql.ts'
import { renewLeases } from '../task-store.ts'
import type { HeldTask } from './held-task.ts'

/** What operators want of a worker: to take tasks, to take no more, or to give back what it runs too. */
export type WorkerState = 'ACTIVE' | 'PAUSED' | 'DRAINING'

export interface LeaseKeeperOptions {
  readonly dataSource: DataSource
  readonly worker: string
  readonly concurrency: number
  /** Tasks that are run elsewhere at a time; 0 for none. */
  readonly containerSlots: number
  readonly leaseMs: number
  readonly held: ReadonlySet<HeldTask>
  /** Called when the worker's state is not what it was. */
  readonly onState: (state: WorkerState) => void
  readonly log: Logger
}

/** Renews the leases of a worker and of the tasks that it runs, three times in each lease. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> = Promise.resolve()
  /** By this process's monotonic clock: only intervals matter, and leases are the database's time. */
  #renewedAtMs = 0
  #state: WorkerState = 'ACTIVE'
  #stopped = false

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
  }

  /** Whether the last renewal still holds. */
  get current(): boolean {
    return performance.now() - this.#renewedAtMs < this.#options.leaseMs
  }

  async start(): Promise<void> {
    await this.#renew()
    this.#beatLater()
  }

  /** Reads the worker's state again, as when operators are said to have changed it. */
  async readState(): Promise<void> {
    const { dataSource, worker } = this.#options
    const found = await rows<{ state: WorkerState }>(
      dataSource,
      `select state from job_workers where id = $1`,
      [worker],
    )
    if (found[0] !== undefined) this.#note(found[0].state)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#beating
    const { dataSource, worker } = this.#options
    await rows(dataSource, `delete from job_workers where id = $1`, [worker])
  }

  #beatLater(): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#renew().catch((error) => {
        this.#options.log.warn({ err: error }, 'the leases could not be renewed')
        if (!this.current) this.#giveUp()
      })
      this.#beating.then(() => {
        if (!this.#stopped) this.#beatLater()
      })
    }, this.#options.leaseMs / 3)
  }

  async #renew(): Promise<void> {
    const { dataSource, worker, concurrency, containerSlots, leaseMs, held } = this.#options
    const begunAtMs = performance.now()
    const [row] = await rows<{ state: WorkerState }>(
      dataSource,
      // One that was taken for dead, and was not, is in the state that it knew of.
      `insert into job_workers (id, host, concurrency, container_slots, state, lease_expires_at)
       values ($1, $3, $4, $6, $5, now() + $2::double precision * interval '1 ms')
       on conflict (id) do update set lease_expires_at = excluded.lease_expires_at, seen_time = now()
       returning state`,
      [worker, leaseMs, hostname(), concurrency, this.#state, containerSlots],
    )
    if (row !== undefined) this.#note(row.state)
    const tasks = [...held]
    if (tasks.length > 0) {
      const kept = await renewLeases(
        dataSource,
        worker,
        tasks.map(({ task }) => task),
        leaseMs,
      )
      const keys = new Set(kept.map(leaseKey))
      // One that ended meanwhile has left the set of held tasks by itself.
      for (const each of tasks) if (held.has(each) && !keys.has(leaseKey(each.task))) each.stop('LOST')
    }
    this.#renewedAtMs = begunAtMs
  }

  #note(state: WorkerState): void {
    if (state === this.#state) return
    this.#state = state
    this.#options.onState(state)
  }

  /** Without the database for a whole lease, others may have the tasks by now. */
  #giveUp(): void {
    for (const each of this.#options.held) each.stop('LOST')
  }
}

function leaseKey(task: {
  readonly jobId: string
  readonly index: number
  readonly attempt: number
}): string {
  return `${task.jobId}/${task.index}/${task.attempt}`
}
