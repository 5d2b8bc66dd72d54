import type { JobChange } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import { type PushedStream, pushedStream } from '../../../server/pushed-stream.ts'
import { sharedMessage } from '../../../server/shared-message.ts'
import type { JobRecord } from '../job.ts'
import { jobsChannel, parseNotice } from '../job-notice.ts'
import { existingJobs } from '../job-store.ts'
import { watchInterrupted } from '../jobs-errors.ts'
import { hasEnded } from '../phase-transitions.ts'
import { ChangeReceiver } from './change-receiver.ts'
import { JobFeed } from './job-feed.ts'
import { type Heartbeat, type JobNews, JobWatcher } from './job-watcher.ts'
import { type Describe, OrganizationFeed } from './organization-feed.ts'

export interface JobWatchOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  /** Silence after which a heartbeat is sent. At most 15 s is promised to clients. */
  readonly heartbeatMs: number
  readonly log: Logger
}

/** Ticks of the clock of heartbeats in the longest silence. */
const BEATS = 5

/**
 * Every watch of this process, on one LISTEN connection. A watcher costs memory and, while it keeps up, no
 * query of its own.
 */
export class JobWatch {
  readonly #options: JobWatchOptions
  readonly #listener: Listener
  readonly #feeds = new Map<string, { readonly feed: JobFeed; watchers: number }>()
  readonly #organizations = new Map<
    string,
    { readonly feed: OrganizationFeed; readonly idle: AbortController }
  >()
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
    const ofOrganizations = [...this.#organizations.values()]
    return ofOrganizations.reduce((sum, { feed }) => sum + feed.receivers, ofJobs)
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
   * Changes of an organisation's jobs from now on, each job once however often it changed meanwhile, with
   * heartbeats, the first of which is sent when the watch has begun.
   *
   * @param describe the same for every watch of the organisation
   */
  changes(organizationId: string, callerSignal: AbortSignal, describe: Describe): PushedStream<JobChange> {
    return pushedStream(async (sink, readerSignal) => {
      const signal = AbortSignal.any([callerSignal, readerSignal, this.#stopped.signal])
      if (signal.aborted) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const receiver = new ChangeReceiver(sink, reject)
      const entry = this.#organization(organizationId, describe)
      const { feed, idle } = entry
      feed.join(receiver)
      signal.addEventListener('abort', () => resolve(), { once: true })
      try {
        receiver.beat(changeHeartbeat(), performance.now())
        await promise
      } finally {
        feed.leave(receiver)
        if (feed.receivers === 0) {
          if (this.#organizations.get(organizationId) === entry) this.#organizations.delete(organizationId)
          idle.abort()
        }
      }
    })
  }

  #organization(organizationId: string, describe: Describe) {
    const known = this.#organizations.get(organizationId)
    if (known !== undefined) return known
    const entry = { feed: new OrganizationFeed(describe), idle: new AbortController() }
    this.#organizations.set(organizationId, entry)
    entry.feed.run(entry.idle.signal).catch((error) => {
      // Its watchers come again, to a feed of their own.
      if (this.#organizations.get(organizationId) === entry) this.#organizations.delete(organizationId)
      entry.feed.fail(error)
    })
    return entry
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

  /**
   * One timer for all: a watcher is sent a heartbeat at the last tick before its silence is too long. None while
   * the database does not tell of changes: the silence says so, and watchers come again.
   */
  #beat(): void {
    if (!this.#listener.connected) return
    const nowMs = performance.now()
    const { heartbeatMs } = this.#options
    const sinceMs = nowMs - heartbeatMs + heartbeatMs / BEATS
    const [ofJob, ofOrganization] = [heartbeat(), changeHeartbeat()]
    for (const { feed } of this.#feeds.values()) feed.beat(ofJob, nowMs, sinceMs)
    for (const { feed } of this.#organizations.values()) feed.beat(ofOrganization, nowMs, sinceMs)
  }

  #noticed(payload: string): void {
    const notice = parseNotice(payload)
    if (notice === undefined) return
    const entry = this.#feeds.get(notice.jobId)
    if (notice.deleted) entry?.feed.end()
    entry?.feed.announce(notice.sequence)
    this.#organizations.get(notice.organizationId)?.feed.add(notice)
  }

  #resync(): void {
    const { dataSource, log } = this.#options
    log.info({ watchers: this.watchers }, 'reading again what may have been missed')
    for (const { feed } of this.#organizations.values()) feed.fail(watchInterrupted())
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

function changeHeartbeat(): JobChange {
  return sharedMessage<JobChange>({ change: { $case: 'heartbeat', value: {} } })
}
