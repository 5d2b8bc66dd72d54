import type { DataSource } from 'typeorm'
import type { JobEventRecord } from '../job.ts'
import { listEvents } from '../job-store.ts'
import type { Heartbeat, JobWatcher, LiveEnd } from './job-watcher.ts'

/** Events kept for watchers that are a little behind; who is further behind reads from the database. */
const RECENT_EVENTS = 1_000
const READ_EVENTS = 500

/**
 * One job's events for all its watchers in this process. Each new event is read once and pushed to all that
 * follow live, which are those that have every event that was read.
 */
export class JobFeed {
  readonly #dataSource: DataSource
  readonly #jobId: string
  readonly #live = new Set<JobWatcher>()
  #recent: JobEventRecord[] = []
  /** Sequence up to which events were read. */
  #known: bigint
  /** Sequence up to which there are events, as far as notified. */
  #announced: bigint
  /** False when events may have been added without a notice: before the first read, and after a reconnect. */
  #synced = false
  #reading: Promise<void> | undefined
  #following = false
  #over = false

  /** @param from before the first event to keep; a feed begins at most RECENT_EVENTS before `last` */
  constructor(dataSource: DataSource, jobId: string, from: bigint, last: bigint) {
    this.#dataSource = dataSource
    this.#jobId = jobId
    const earliest = last - BigInt(RECENT_EVENTS)
    this.#known = from > earliest ? from : earliest
    this.#announced = this.#known
  }

  /** True once the job is deleted. */
  get over(): boolean {
    return this.#over
  }

  announce(sequence: bigint): void {
    if (sequence > this.#announced) this.#announced = sequence
    this.#follow()
  }

  /** The job is deleted: its watches end when they have what there is. */
  end(): void {
    this.#over = true
    this.#follow()
  }

  resync(): void {
    this.#synced = false
    this.#follow()
  }

  /** The next events after a sequence, in order and without a gap; empty when there are none yet. */
  async after(sequence: bigint): Promise<readonly JobEventRecord[]> {
    if (sequence < this.#known - BigInt(this.#recent.length)) {
      return listEvents(this.#dataSource, this.#jobId, sequence, READ_EVENTS)
    }
    while (sequence >= this.#known && !this.#current) {
      const before = this.#known
      await this.#read()
      if (this.#known === before) break
    }
    const missing = Number(this.#known - sequence)
    return missing > 0 ? this.#recent.slice(-missing) : []
  }

  /** Pushes events to the watcher from now on. Undefined when there may be some that it does not have yet. */
  follow(watcher: JobWatcher, signal: AbortSignal): Promise<LiveEnd> | undefined {
    if (!this.#current || watcher.position < this.#known) return undefined
    const live = watcher.live()
    const abort = () => watcher.leave('over')
    this.#live.add(watcher)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    return live.finally(() => {
      this.#live.delete(watcher)
      signal.removeEventListener('abort', abort)
    })
  }

  /** Sends a heartbeat to those that follow live and were sent nothing since. */
  beat(heartbeat: Heartbeat, nowMs: number, sinceMs: number): void {
    for (const watcher of this.#live) {
      if ((watcher.sentAtMs ?? 0) < sinceMs) watcher.beat(heartbeat, nowMs)
    }
  }

  /** Whether every event that there is, as far as notified, was read. */
  get #current(): boolean {
    return this.#synced && this.#announced <= this.#known
  }

  #follow(): void {
    if (this.#following) return
    this.#following = true
    this.#readOn().then(
      () => {
        this.#following = false
        this.#dismiss()
      },
      (error) => {
        this.#following = false
        for (const watcher of this.#live) watcher.fail(error)
      },
    )
  }

  async #readOn(): Promise<void> {
    while (this.#live.size > 0 && !this.#current) await this.#read()
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
    this.#push(fresh)
    if (this.#current) this.#dismiss()
  }

  #push(events: readonly JobEventRecord[]): void {
    const nowMs = performance.now()
    for (const watcher of this.#live) {
      for (const event of events) {
        if (event.sequence <= watcher.position || watcher.send(event, nowMs)) continue
        // It reads on from its position when it has drained, and until then costs nothing here.
        this.#live.delete(watcher)
        watcher.leave('behind')
        break
      }
    }
  }

  /** Ends the watches that have everything and to whom nothing more will come. */
  #dismiss(): void {
    for (const watcher of this.#live) {
      if (this.#over || watcher.ended) watcher.leave('over')
    }
  }
}
