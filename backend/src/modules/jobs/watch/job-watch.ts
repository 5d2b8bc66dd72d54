import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import { type PushedStream, pushedStream } from '../../../server/pushed-stream.ts'
import type { JobRecord } from '../job.ts'
import { type JobNotice, jobsChannel, parseNotice } from '../job-notice.ts'
import { existingJobs } from '../job-store.ts'
import { watchInterrupted } from '../jobs-errors.ts'
import { hasEnded } from '../phase-transitions.ts'
import { ChangePace } from './change-pace.ts'
import { JobFeed } from './job-feed.ts'
import { type Heartbeat, type JobNews, JobWatcher } from './job-watcher.ts'
import { OrganizationWatcher } from './organization-watcher.ts'
import { Wakeups } from './wakeups.ts'

export interface JobWatchOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  /** Silence after which a heartbeat is sent. At most 15 s is promised to clients. */
  readonly heartbeatMs: number
  readonly log: Logger
}

/** Ticks of the clock of heartbeats in the longest silence. */
const BEATS = 5
/** Progress is gathered for so long; a change of phase goes on at once, with what was gathered. */
const PROGRESS_GATHER_MS = 250
/** A watcher of an organisation is sent so many lots of changes at once, and then one each interval. */
const CHANGE_BURST = 50
const CHANGE_INTERVAL_MS = 20

/**
 * Every watch of this process, on one LISTEN connection. A watcher costs memory and, while it keeps up, no
 * query of its own.
 */
export class JobWatch {
  readonly #options: JobWatchOptions
  readonly #listener: Listener
  readonly #feeds = new Map<string, { readonly feed: JobFeed; watchers: number }>()
  readonly #organizations = new Set<OrganizationWatcher>()
  readonly #stopped = new AbortController()
  readonly #beats: NodeJS.Timeout

  private constructor(options: JobWatchOptions, listener: Listener) {
    this.#options = options
    this.#listener = listener
    listener.on('notification', (_channel, payload) => this.#noticed(payload))
    listener.on('resync', () => this.#resync())
    this.#beats = setInterval(() => this.#beat(), options.heartbeatMs / BEATS)
  }

  static async open(options: JobWatchOptions): Promise<JobWatch> {
    const listener = await listen(options.databaseUrl, { channels: [jobsChannel], log: options.log })
    return new JobWatch(options, listener)
  }

  /** Watches that are open. */
  get watchers(): number {
    const ofJobs = [...this.#feeds.values()].reduce((sum, { watchers }) => sum + watchers, 0)
    return ofJobs + this.#organizations.size
  }

  /** Ends every watch. */
  async close(): Promise<void> {
    this.#stopped.abort()
    clearInterval(this.#beats)
    await this.#listener.close()
  }

  /**
   * A job's events after a sequence, then live, with heartbeats while it is silent, the first at once when
   * there is nothing else to send. Ends when the job has ended and all its events are sent.
   */
  events(job: JobRecord, afterSequence: bigint, callerSignal: AbortSignal): PushedStream<JobNews> {
    return pushedStream(async (sink, readerSignal) => {
      const signal = AbortSignal.any([callerSignal, readerSignal, this.#stopped.signal])
      const entry = this.#feed(job, afterSequence)
      entry.watchers++
      try {
        await this.#send(entry.feed, new JobWatcher(sink, afterSequence, hasEnded(job.phase)), signal)
      } finally {
        entry.watchers--
        if (entry.watchers === 0) this.#feeds.delete(job.id)
      }
    })
  }

  async #send(feed: JobFeed, watcher: JobWatcher, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = await feed.after(watcher.position)
      for (const event of batch) {
        if (signal.aborted) return
        if (!watcher.send(event, performance.now())) await watcher.drained()
      }
      if (batch.length > 0) continue
      if (watcher.ended || feed.over) return
      if (watcher.sentAtMs === undefined) watcher.beat(heartbeat(), performance.now())
      const end = await feed.follow(watcher, signal)
      if (end === 'over') return
      if (end === 'behind') await watcher.drained()
    }
  }

  /**
   * Changes of an organisation's jobs from now on, each job once however often it changed meanwhile;
   * `undefined` is a heartbeat, and the first is sent when the watch has begun.
   */
  async *changes(
    organizationId: string,
    callerSignal: AbortSignal,
  ): AsyncGenerator<readonly JobNotice[] | undefined> {
    const signal = AbortSignal.any([callerSignal, this.#stopped.signal])
    const watcher = new OrganizationWatcher(organizationId)
    const pace = new ChangePace(CHANGE_BURST, CHANGE_INTERVAL_MS, performance.now())
    this.#organizations.add(watcher)
    try {
      yield undefined
      while (!signal.aborted) {
        if (watcher.interrupted) throw watchInterrupted()
        const since = watcher.changes.count
        const sincePhase = watcher.phaseChanges.count
        const batch = watcher.take()
        if (batch.length > 0) {
          yield batch
          const restMs = pace.take(performance.now())
          if (restMs > 0) await new Wakeups().wait(0, restMs, signal)
          await watcher.phaseChanges.wait(sincePhase, PROGRESS_GATHER_MS, signal)
          continue
        }
        const outcome = await watcher.changes.wait(since, this.#options.heartbeatMs, signal)
        if (outcome === 'timeout') yield undefined
      }
    } finally {
      this.#organizations.delete(watcher)
    }
  }

  #feed(job: JobRecord, afterSequence: bigint): { readonly feed: JobFeed; watchers: number } {
    const known = this.#feeds.get(job.id)
    if (known !== undefined) return known
    const from = afterSequence < job.lastSequence ? afterSequence : job.lastSequence
    const entry = {
      feed: new JobFeed(this.#options.dataSource, job.id, from, job.lastSequence),
      watchers: 0,
    }
    this.#feeds.set(job.id, entry)
    return entry
  }

  /** One timer for all: a watcher is sent a heartbeat at the last tick before its silence is too long. */
  #beat(): void {
    const nowMs = performance.now()
    const { heartbeatMs } = this.#options
    const shared = heartbeat()
    for (const { feed } of this.#feeds.values()) {
      feed.beat(shared, nowMs, nowMs - heartbeatMs + heartbeatMs / BEATS)
    }
  }

  #noticed(payload: string): void {
    const notice = parseNotice(payload)
    if (notice === undefined) return
    const entry = this.#feeds.get(notice.jobId)
    if (notice.deleted) entry?.feed.end()
    entry?.feed.announce(notice.sequence)
    for (const watcher of this.#organizations) {
      if (watcher.organizationId === notice.organizationId) watcher.add(notice)
    }
  }

  #resync(): void {
    const { dataSource, log } = this.#options
    log.info({ watchers: this.watchers }, 'reading again what may have been missed')
    for (const watcher of this.#organizations) {
      watcher.interrupt()
    }
    const entries = [...this.#feeds]
    existingJobs(dataSource, [...this.#feeds.keys()]).then(
      (existing) => {
        for (const [jobId, { feed }] of entries) {
          if (!existing.has(jobId)) feed.end()
          feed.resync()
        }
      },
      (error) => {
        log.warn({ err: error }, 'the watched jobs could not be read again')
        // The listener notices a lost database too, and comes here once more.
        for (const [, { feed }] of entries) feed.resync()
      },
    )
  }
}

function heartbeat(): Heartbeat {
  return { kind: 'heartbeat', time: new Date() }
}
