import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { repeatedly } from '../../../repeatedly.ts'
import type { IdentityService } from '../../identity/index.ts'
import type { FixSink, KnownDevices } from '../fixes/index.ts'
import type { FixImportRecord, ImportFigures } from './fix-import.ts'
import { FixFileError, type FixFileFormat, readFixFile } from './formats/index.ts'
import { ImportStopped, importNotFound, tooManyImports, uploadUsed } from './import-errors.ts'
import { ImportStore, RUNNING_MAX } from './import-store.ts'
import { addMissingDevices } from './missing-devices.ts'
import { RowWriter } from './row-writer.ts'

export interface UploadServiceOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  readonly known: KnownDevices
  readonly sink: FixSink
  readonly log: Logger
  /** Between looks whether the import goes on, at which progress is kept. Default 1 s. */
  readonly progressMs?: number
  /** Of a sender of whom nothing comes. Default 60 s. */
  readonly silenceMs?: number
}

const PROGRESS_MS = 1_000
const SILENCE_MS = 60_000

/** Reads the file of an import while it comes. */
export class UploadService {
  readonly #options: UploadServiceOptions
  readonly #store: ImportStore
  /** What this process reads, to be stopped without waiting for the next look. */
  readonly #running = new Map<string, AbortController>()

  constructor(options: UploadServiceOptions) {
    this.#options = options
    this.#store = new ImportStore(options.dataSource)
  }

  /** The import was cancelled: ends its reading now, if it is read here. */
  stop(importId: string): void {
    this.#running.get(importId)?.abort(cancelled())
  }

  /**
   * Resolves when the file was read to its end, or could not be, with the import as it ended.
   *
   * @param bytes as they arrive; the next ones are asked for when there is room for them
   * @param signal aborted when the sender or the server goes
   * @throws DomainError when the import does not wait for a file
   */
  async receive(
    importId: string,
    bytes: AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<FixImportRecord> {
    const waiting = await this.#store.find(importId)
    if (waiting === undefined) throw importNotFound()
    if (waiting.state !== 'WAITING') throw uploadUsed()
    if (!(await this.#store.begin(importId))) {
      const now = await this.#store.find(importId)
      const isWaiting = now?.state === 'WAITING' && now.expireTime > new Date()
      throw isWaiting ? tooManyImports(RUNNING_MAX) : uploadUsed()
    }
    const controller = new AbortController()
    this.#running.set(importId, controller)
    try {
      return await this.#read(waiting, bytes, controller, signal)
    } finally {
      this.#running.delete(importId)
    }
  }

  async #read(
    record: FixImportRecord,
    bytes: AsyncIterable<Buffer>,
    controller: AbortController,
    gone: AbortSignal,
  ): Promise<FixImportRecord> {
    const { dataSource, known, sink, log, progressMs = PROGRESS_MS, silenceMs = SILENCE_MS } = this.#options
    const { id, organizationId } = record
    const signal = AbortSignal.any([controller.signal, gone])
    const incoming = new Incoming(bytes, signal)
    let format: FixFileFormat | undefined
    const writer = new RowWriter({
      organizationId,
      deviceId: record.deviceId,
      known,
      sink,
      addMissing: record.createMissing
        ? (externalIds) => addMissingDevices(dataSource, organizationId, externalIds)
        : undefined,
      signal,
    })
    const figures = (): ImportFigures => ({ bytesRead: incoming.bytesRead, ...writer.figures })
    let rejectionsKept = 0
    const keepRejections = async () => {
      const added = writer.rejections.slice(rejectionsKept)
      if (added.length === 0) return
      rejectionsKept += added.length
      await this.#store.addRejections(id, added)
    }
    const progress = repeatedly(
      { name: 'telling the progress of an import', intervalMs: progressMs, log },
      async () => {
        if (incoming.silentForMs > silenceMs) controller.abort(stalled(silenceMs))
        await keepRejections()
        if (!(await this.#store.progress(id, format, figures()))) controller.abort(cancelled())
      },
    )
    let failure: ImportStopped | undefined
    try {
      await this.#checkRights(record)
      const options = {
        fileName: record.fileName,
        format: record.format,
        timeZone: record.timeZone,
        onFormat: (told: FixFileFormat) => {
          format = told
        },
      }
      try {
        for await (const piece of readFixFile(incoming.bytes(), options)) await writer.write(piece)
      } catch (error) {
        // What was read before stands, and is written though the file broke off.
        await writer.finish()
        throw error
      }
      await writer.finish()
      if (record.sizeBytes > 0 && incoming.bytesRead !== record.sizeBytes)
        throw new ImportStopped(
          'FAILED',
          `${incoming.bytesRead} bytes came, and the file was said to have ${record.sizeBytes}: send it again.`,
        )
    } catch (error) {
      failure = this.#stopped(error, signal, incoming.bytesRead)
    } finally {
      await progress.stop()
      await writer.settle()
    }
    await keepRejections()
    await this.#store.progress(id, format, figures())
    const ended = await this.#store.end(id, failure?.state ?? 'COMPLETED', failure?.message ?? '', figures())
    if (ended === undefined) throw importNotFound()
    const { state, rowsRead, accepted, duplicates, rejected } = ended
    log.info({ importId: id, state, rowsRead, accepted, duplicates, rejected }, 'an import of fixes ended')
    return ended
  }

  /** What was allowed when the import began may have been taken away within the hour. */
  async #checkRights(record: FixImportRecord): Promise<void> {
    const { identity } = this.#options
    const organization = await identity.organizationById(record.organizationId)
    const principal = await identity.principal(record.creatorId)
    const permissions = principal?.memberships.get(organization?.slug ?? '')?.permissions
    const isAllowed =
      permissions?.has('locations.record') === true &&
      (!record.createMissing || permissions.has('locations.manage'))
    if (!isAllowed)
      throw new ImportStopped('FAILED', 'Who began the import may not write fixes here any more.')
    if (record.ofDevice && record.deviceId === undefined)
      throw new ImportStopped('FAILED', 'The device that the fixes are of was removed.')
  }

  #stopped(error: unknown, signal: AbortSignal, bytesRead: number): ImportStopped {
    if (error instanceof ImportStopped) return error
    if (error instanceof FixFileError) return new ImportStopped('FAILED', error.message, { cause: error })
    if (signal.reason instanceof ImportStopped) return signal.reason
    if (signal.aborted || error instanceof BrokenUpload)
      return new ImportStopped(
        'FAILED',
        `The upload broke off after ${bytesRead} bytes. What was read is kept: send the file again by another import, and what is there is not stored twice.`,
        { cause: error },
      )
    this.#options.log.error({ err: error }, 'an import of fixes failed')
    return new ImportStopped('FAILED', 'The fixes could not be written. Send the file again in a while.', {
      cause: error,
    })
  }
}

class BrokenUpload extends Error {
  override readonly name = 'BrokenUpload'
}

/** The bytes of an upload, counted, until it is stopped. */
class Incoming {
  readonly #bytes: AsyncIterable<Buffer>
  readonly #signal: AbortSignal
  #bytesRead = 0
  #askedAt: number | undefined

  constructor(bytes: AsyncIterable<Buffer>, signal: AbortSignal) {
    this.#bytes = bytes
    this.#signal = signal
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  /** How long the sender is waited for; not how long it has to wait. */
  get silentForMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt
  }

  async *bytes(): AsyncGenerator<Buffer, void> {
    const iterator = this.#bytes[Symbol.asyncIterator]()
    for (;;) {
      this.#signal.throwIfAborted()
      this.#askedAt = performance.now()
      const next = await this.#untilStopped(iterator.next().catch(broken))
      this.#askedAt = undefined
      if (next.done === true) return
      this.#bytesRead += next.value.length
      yield next.value
    }
  }

  /** No race with one promise for all: that would keep each chunk until the last. */
  #untilStopped<Value>(work: Promise<Value>): Promise<Value> {
    const signal = this.#signal
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }
}

function broken(cause: unknown): never {
  throw new BrokenUpload('the sender is gone', { cause })
}

const cancelled = () => new ImportStopped('CANCELLED', 'The import was cancelled.')
const stalled = (silenceMs: number) =>
  new ImportStopped('FAILED', `Nothing of the file came for ${silenceMs / 1000} s. What was read is kept.`)
