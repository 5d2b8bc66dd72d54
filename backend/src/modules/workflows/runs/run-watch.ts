import type { WorkflowRun, WorkflowRunChange } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { Logger } from 'pino'
import { type Listener, listen } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { type MessageSink, type PushedStream, pushedStream } from '../../../server/pushed-stream.ts'
import { sharedMessage } from '../../../server/shared-message.ts'
import { jobsChannel, parseNotice } from '../../jobs/index.ts'
import { parseWorkflowNotice, WORKFLOWS_CHANNEL } from '../running/index.ts'

export interface RunWatchOptions {
  /** For the one connection that LISTENs. */
  readonly databaseUrl: string
  /** Silence after which a heartbeat is sent. At most 15 s is promised to clients. */
  readonly heartbeatMs: number
  readonly log: Logger
}

/** Reads a run as it stands; undefined for one that is gone. */
export type DescribeRun = () => Promise<WorkflowRun | undefined>

/** Changes are gathered for so long: containers change many at a time. */
const GATHER_MS = 250
/** A run of very many containers is read less often: this many times as long as it takes lies between. */
const READING_PACE = 4
const BEATS = 5

/** Phases that a run does not leave, but for being archived. */
const ENDED: ReadonlySet<string> = new Set([
  'PHASE_COMPLETED',
  'PHASE_ERROR',
  'PHASE_ABORTED',
  'PHASE_ARCHIVED',
])

/** Every watch of runs in this process, on one LISTEN connection; each run is read and encoded once for all of them. */
export class RunWatch {
  readonly #options: RunWatchOptions
  readonly #listener: Listener
  readonly #feeds = new Map<string, RunFeed>()
  readonly #stopped = new AbortController()
  readonly #beats: NodeJS.Timeout

  private constructor(options: RunWatchOptions, listener: Listener) {
    this.#options = options
    this.#listener = listener
    listener.on('notification', (channel, payload) => this.#noticed(channel, payload))
    listener.on('resync', () => {
      for (const feed of this.#feeds.values()) feed.change()
    })
    this.#beats = setInterval(() => this.#beat(), options.heartbeatMs / BEATS)
  }

  static async open(options: RunWatchOptions): Promise<RunWatch> {
    const listener = await listen(options.databaseUrl, {
      channels: [jobsChannel, WORKFLOWS_CHANNEL],
      log: options.log,
    })
    return new RunWatch(options, listener)
  }

  /** Ends every watch. */
  async close(): Promise<void> {
    this.#stopped.abort()
    clearInterval(this.#beats)
    for (const feed of this.#feeds.values()) feed.close()
    await this.#listener.close()
  }

  /**
   * A run as it stands, and again after changes, until it has ended.
   *
   * @param describe the same for every watch of the run
   */
  changes(jobId: string, describe: DescribeRun, callerSignal: AbortSignal): PushedStream<WorkflowRunChange> {
    return pushedStream(async (sink, readerSignal) => {
      const signal = AbortSignal.any([callerSignal, readerSignal, this.#stopped.signal])
      if (signal.aborted) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => resolve(), { once: true })
      const receiver = new RunReceiver(sink, resolve, reject)
      const feed = this.#feeds.get(jobId) ?? new RunFeed(describe, this.#options.log)
      this.#feeds.set(jobId, feed)
      feed.join(receiver)
      try {
        await promise
      } finally {
        feed.leave(receiver)
        if (feed.receivers.size === 0) {
          feed.close()
          if (this.#feeds.get(jobId) === feed) this.#feeds.delete(jobId)
        }
      }
    })
  }

  #noticed(channel: string, payload: string): void {
    const notice = channel === jobsChannel ? parseNotice(payload) : parseWorkflowNotice(payload)
    if (notice !== undefined) this.#feeds.get(notice.jobId)?.change()
  }

  /** None while the database does not tell of changes: the silence says so, and watchers come again. */
  #beat(): void {
    if (!this.#listener.connected) return
    const nowMs = performance.now()
    const sinceMs = nowMs - this.#options.heartbeatMs * (1 - 1 / BEATS)
    const message = sharedMessage<WorkflowRunChange>({ change: { $case: 'heartbeat', value: {} } })
    for (const { receivers } of this.#feeds.values()) {
      for (const receiver of receivers) if (receiver.sentAtMs < sinceMs) receiver.beat(message, nowMs)
    }
  }
}

/** One run, for all who watch it. It is read by one at a time, so that nobody is sent an older state after a newer. */
class RunFeed {
  readonly receivers = new Set<RunReceiver>()
  readonly #describe: DescribeRun
  readonly #log: Logger
  /** Those that have been sent nothing yet. */
  readonly #fresh = new Set<RunReceiver>()
  #changed = false
  #reading = false
  #readMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(describe: DescribeRun, log: Logger) {
    this.#describe = describe
    this.#log = log
  }

  join(receiver: RunReceiver): void {
    this.receivers.add(receiver)
    this.#fresh.add(receiver)
    void this.#tell()
  }

  leave(receiver: RunReceiver): void {
    this.receivers.delete(receiver)
    this.#fresh.delete(receiver)
  }

  change(): void {
    this.#changed = true
    this.#tellLater()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #tellLater(): void {
    if (this.receivers.size === 0) return
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.#tell()
      },
      Math.max(GATHER_MS, READING_PACE * this.#readMs),
    )
  }

  async #tell(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    const told = this.#changed ? this.receivers : this.#fresh
    const receivers = [...told]
    this.#changed = false
    this.#fresh.clear()
    const begunMs = performance.now()
    try {
      const run = await this.#describe()
      const nowMs = performance.now()
      this.#readMs = nowMs - begunMs
      const message =
        run === undefined
          ? undefined
          : sharedMessage<WorkflowRunChange>({ change: { $case: 'run', value: run } })
      for (const receiver of receivers) {
        if (message !== undefined) receiver.send(message, nowMs)
        if (run === undefined || ENDED.has(run.phase)) receiver.end()
      }
    } catch (error) {
      // Watchers come again.
      this.#log.warn({ err: error }, 'a watched run could not be read')
      for (const receiver of receivers) receiver.fail(interrupted())
    }
    this.#reading = false
    if (this.#fresh.size > 0) void this.#tell()
    else if (this.#changed) this.#tellLater()
  }
}

/** One watch: where a run's states go. One that is behind is sent the last of them, once it has drained. */
class RunReceiver {
  readonly #sink: MessageSink<WorkflowRunChange>
  readonly #end: () => void
  readonly #fail: (error: unknown) => void
  /** True while behind. */
  #behind = false
  #missed: WorkflowRunChange | undefined
  #ended = false
  #sentAtMs = performance.now()

  constructor(sink: MessageSink<WorkflowRunChange>, end: () => void, fail: (error: unknown) => void) {
    this.#sink = sink
    this.#end = end
    this.#fail = fail
  }

  get sentAtMs(): number {
    return this.#sentAtMs
  }

  send(message: WorkflowRunChange, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (this.#behind) this.#missed = message
    else if (!this.#sink.write(message)) this.#fallBehind()
  }

  /** Not for one that is behind: it has something to read. */
  beat(message: WorkflowRunChange, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (!this.#behind && !this.#sink.write(message)) this.#fallBehind()
  }

  /** After what was sent. */
  end(): void {
    this.#ended = true
    if (!this.#behind) this.#end()
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  #fallBehind(): void {
    this.#behind = true
    this.#catchUp().then(() => {
      this.#behind = false
      if (this.#ended) this.#end()
    }, this.#fail)
  }

  async #catchUp(): Promise<void> {
    do {
      await this.#sink.drained()
      const missed = this.#missed
      this.#missed = undefined
      if (missed !== undefined) this.#sink.write(missed)
    } while (this.#missed !== undefined)
  }
}

function interrupted(): DomainError {
  return new DomainError(
    'UNAVAILABLE',
    'WATCH_INTERRUPTED',
    'Changes may have been missed. Watch again: it begins with the run as it stands.',
  )
}
