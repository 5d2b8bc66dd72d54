import type { FileChange } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { Logger } from 'pino'
import { type Listener, listen } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { type MessageSink, type PushedStream, pushedStream } from '../../../server/pushed-stream.ts'
import { sharedMessage } from '../../../server/shared-message.ts'
import { FILES_CHANNEL, parseFileNotice } from './file-notice.ts'

/** Whether whoever watches may change a file of this owner. */
export type MayEdit = (ownerId: string) => boolean

/** A file as it stands; undefined for one that is gone. */
export interface ChangedFile {
  readonly fileId: string
  readonly ownerId: string
  /** Without what is only for those who may change it. */
  readonly message: FileChange
}

/** Tells what became of files of one organisation; absent ones are answered as deleted. */
export type DescribeFiles = (
  organizationId: string,
  fileIds: readonly string[],
) => Promise<readonly ChangedFile[]>

export interface FileWatchOptions {
  readonly databaseUrl: string
  /** Silence after which a heartbeat is sent. At most 15 s is promised to clients. */
  readonly heartbeatMs: number
  readonly describe: DescribeFiles
  readonly log: Logger
}

/** Changes are gathered for so long: a scan tells of its progress several times a second. */
const GATHER_MS = 200
/** Files that a receiver may be behind with; beyond, it is to list them anew. */
const MISSED_FILES = 10_000
const BEATS = 5

/** Every watch of files in this process, on one LISTEN connection; each change is read and encoded once. */
export class FileWatch {
  readonly #options: FileWatchOptions
  readonly #listener: Listener
  readonly #feeds = new Map<string, Feed>()
  readonly #stopped = new AbortController()
  readonly #beats: NodeJS.Timeout

  private constructor(options: FileWatchOptions, listener: Listener) {
    this.#options = options
    this.#listener = listener
    listener.on('notification', (_channel, payload) => this.#noticed(payload))
    listener.on('resync', () => {
      for (const { receivers } of this.#feeds.values()) for (const each of receivers) each.fail(interrupted())
    })
    this.#beats = setInterval(() => this.#beat(), options.heartbeatMs / BEATS)
  }

  static async open(options: FileWatchOptions): Promise<FileWatch> {
    const listener = await listen(options.databaseUrl, { channels: [FILES_CHANNEL], log: options.log })
    return new FileWatch(options, listener)
  }

  /** Ends every watch. */
  async close(): Promise<void> {
    this.#stopped.abort()
    clearInterval(this.#beats)
    for (const { timer } of this.#feeds.values()) clearTimeout(timer)
    await this.#listener.close()
  }

  /** Files of an organisation that change from now on, with heartbeats, the first when the watch has begun. */
  changes(organizationId: string, mayEdit: MayEdit, callerSignal: AbortSignal): PushedStream<FileChange> {
    return pushedStream(async (sink, readerSignal) => {
      const signal = AbortSignal.any([callerSignal, readerSignal, this.#stopped.signal])
      if (signal.aborted) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const receiver = new FileReceiver(sink, mayEdit, reject)
      const feed = this.#feed(organizationId)
      feed.receivers.add(receiver)
      signal.addEventListener('abort', () => resolve(), { once: true })
      try {
        receiver.beat(heartbeat(), performance.now())
        await promise
      } finally {
        feed.receivers.delete(receiver)
        if (feed.receivers.size === 0 && this.#feeds.get(organizationId) === feed) {
          clearTimeout(feed.timer)
          this.#feeds.delete(organizationId)
        }
      }
    })
  }

  #feed(organizationId: string): Feed {
    const known = this.#feeds.get(organizationId)
    if (known !== undefined) return known
    const feed: Feed = { receivers: new Set(), gathered: new Set(), timer: undefined }
    this.#feeds.set(organizationId, feed)
    return feed
  }

  #noticed(payload: string): void {
    const notice = parseFileNotice(payload)
    const feed = notice === undefined ? undefined : this.#feeds.get(notice.organizationId)
    if (notice === undefined || feed === undefined) return
    feed.gathered.add(notice.fileId)
    feed.timer ??= setTimeout(() => void this.#tell(notice.organizationId, feed), GATHER_MS)
  }

  async #tell(organizationId: string, feed: Feed): Promise<void> {
    const fileIds = [...feed.gathered]
    feed.gathered.clear()
    try {
      const changed = await this.#options.describe(organizationId, fileIds)
      for (const file of changed) {
        const forReaders = sharedMessage(file.message)
        const forEditors = sharedMessage(editable(file.message))
        const nowMs = performance.now()
        for (const receiver of feed.receivers) {
          receiver.send(file.fileId, receiver.mayEdit(file.ownerId) ? forEditors : forReaders, nowMs)
        }
      }
    } catch (error) {
      // Watchers come again, and list what they missed.
      this.#options.log.warn({ err: error }, 'changed files could not be read')
      for (const receiver of feed.receivers) receiver.fail(interrupted())
    }
    feed.timer =
      feed.gathered.size === 0
        ? undefined
        : setTimeout(() => void this.#tell(organizationId, feed), GATHER_MS)
  }

  /** None while the database does not tell of changes: the silence says so, and watchers come again. */
  #beat(): void {
    if (!this.#listener.connected) return
    const nowMs = performance.now()
    const sinceMs = nowMs - this.#options.heartbeatMs * (1 - 1 / BEATS)
    const message = heartbeat()
    for (const { receivers } of this.#feeds.values()) {
      for (const receiver of receivers) if (receiver.sentAtMs < sinceMs) receiver.beat(message, nowMs)
    }
  }
}

interface Feed {
  readonly receivers: Set<FileReceiver>
  readonly gathered: Set<string>
  timer: NodeJS.Timeout | undefined
}

/** One watch: where its changes go. One that is behind is told the last change of each file, once it has drained. */
class FileReceiver {
  readonly mayEdit: MayEdit
  readonly #sink: MessageSink<FileChange>
  readonly #fail: (error: unknown) => void
  #missed: Map<string, FileChange> | undefined
  #sentAtMs = 0

  constructor(sink: MessageSink<FileChange>, mayEdit: MayEdit, fail: (error: unknown) => void) {
    this.#sink = sink
    this.mayEdit = mayEdit
    this.#fail = fail
  }

  get sentAtMs(): number {
    return this.#sentAtMs
  }

  send(fileId: string, message: FileChange, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (this.#missed !== undefined) {
      this.#missed.set(fileId, message)
      if (this.#missed.size > MISSED_FILES) this.#fail(interrupted())
      return
    }
    if (!this.#sink.write(message)) this.#fallBehind()
  }

  beat(message: FileChange, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (this.#missed === undefined && !this.#sink.write(message)) this.#fallBehind()
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  #fallBehind(): void {
    const missed = new Map<string, FileChange>()
    this.#missed = missed
    this.#catchUp(missed).then(() => {
      this.#missed = undefined
    }, this.#fail)
  }

  async #catchUp(missed: Map<string, FileChange>): Promise<void> {
    do {
      await this.#sink.drained()
      for (const [fileId, message] of missed) {
        missed.delete(fileId)
        if (!this.#sink.write(message)) break
      }
    } while (missed.size > 0)
  }
}

function editable(message: FileChange): FileChange {
  const { change } = message
  if (change?.$case !== 'file') return message
  return { change: { $case: 'file', value: { ...change.value, editable: true } } }
}

function heartbeat(): FileChange {
  return sharedMessage<FileChange>({ change: { $case: 'heartbeat', value: {} } })
}

function interrupted(): DomainError {
  return new DomainError(
    'UNAVAILABLE',
    'WATCH_INTERRUPTED',
    'Changes may have been missed. Watch again, and list the files again.',
  )
}
