import type { DataSource } from 'typeorm'
import type { JobEventRecord } from '../job.ts'
import { listEvents } from '../job-store.ts'
import { Wakeups } from './wakeups.ts'

/** Events kept for watchers that follow live; who is further behind reads from the database. */
const RECENT_EVENTS = 1_000
const READ_EVENTS = 500

/** One job's events for all its watchers in this process: each new event is read once, not once a watcher. */
export class JobFeed {
  readonly wakeups = new Wakeups()
  readonly #dataSource: DataSource
  readonly #jobId: string
  #recent: JobEventRecord[] = []
  /** Sequence up to which events were read. */
  #known: bigint
  /** Sequence up to which there are events, as far as notified. */
  #announced: bigint
  /** False when events may have been added without a notice: before the first read, and after a reconnect. */
  #synced = false
  #reading: Promise<void> | undefined

  constructor(dataSource: DataSource, jobId: string, from: bigint) {
    this.#dataSource = dataSource
    this.#jobId = jobId
    this.#known = from
    this.#announced = from
  }

  announce(sequence: bigint): void {
    if (sequence > this.#announced) this.#announced = sequence
    this.wakeups.wake()
  }

  resync(): void {
    this.#synced = false
    this.wakeups.wake()
  }

  /** The next events after a sequence, in order and without a gap; empty when there are none yet. */
  async after(sequence: bigint): Promise<readonly JobEventRecord[]> {
    if (sequence < this.#known - BigInt(this.#recent.length)) {
      return listEvents(this.#dataSource, this.#jobId, sequence, READ_EVENTS)
    }
    while (sequence >= this.#known && (!this.#synced || this.#announced > this.#known)) {
      const before = this.#known
      await this.#read()
      if (this.#known === before) break
    }
    const missing = Number(this.#known - sequence)
    return missing > 0 ? this.#recent.slice(-missing) : []
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOnce(): Promise<void> {
    const announced = this.#announced
    this.#synced = true
    let fresh: JobEventRecord[]
    try {
      fresh = await listEvents(this.#dataSource, this.#jobId, this.#known, READ_EVENTS)
    } catch (error) {
      this.#synced = false
      throw error
    }
    if (fresh.length === READ_EVENTS) this.#synced = false
    this.#recent = [...this.#recent, ...fresh].slice(-RECENT_EVENTS)
    this.#known = fresh.at(-1)?.sequence ?? this.#known
    // The job's events are gone with the job: nothing more will come, whatever was announced.
    if (fresh.length === 0 && announced > this.#known) this.#announced = this.#known
  }
}
