import type { Logger } from 'pino'
import { DomainError } from '../../../errors/domain-error.ts'
import { type BatchQueue, BatchRefused } from '../../../ports/batch-queue.ts'
import type { FixBatch, FixOutcome, FixSink } from '../fixes/index.ts'
import type { Database } from '../sql.ts'
import { QueueMarks, removeMark } from './queue-marks.ts'
import { encodeBatch } from './queued-batch-codec.ts'

export interface QueuedFixSinkOptions {
  readonly queue: BatchQueue
  readonly database: Database
  readonly log: Logger
}

const FULL_RETRY_MS = 2_000
const AWAY_RETRY_MS = 5_000

/** Puts batches into a durable queue, from which workers write them. */
export class QueuedFixSink implements FixSink {
  readonly #queue: BatchQueue
  readonly #database: Database
  readonly #marks: QueueMarks
  readonly #log: Logger

  constructor({ queue, database, log }: QueuedFixSinkOptions) {
    this.#queue = queue
    this.#database = database
    this.#marks = new QueueMarks(database)
    this.#log = log
  }

  /** @throws DomainError RESOURCE_EXHAUSTED or UNAVAILABLE, with the time after which to try again */
  async write(batch: FixBatch): Promise<FixOutcome> {
    const headers = await this.#marks.next()
    try {
      await this.#queue.send(encodeBatch(batch), headers)
    } catch (error) {
      await removeMark(this.#database, headers).catch((failure) =>
        this.#log.warn({ err: failure }, 'the mark of a batch that was not sent is left behind'),
      )
      throw error instanceof BatchRefused ? refusalOf(error) : error
    }
    return { accepted: batch.length, duplicates: 0, gone: [], queued: true }
  }
}

function refusalOf(cause: BatchRefused): DomainError {
  if (cause.reason === 'FULL') {
    const text = 'More fixes arrive than can be written. Send the batch again in two seconds, or more slowly.'
    return new DomainError('RESOURCE_EXHAUSTED', 'TOO_MANY_FIXES', text, {
      cause,
      retryDelayMs: FULL_RETRY_MS,
    })
  }
  const text = 'The queue of fixes cannot be reached at the moment. Send the batch again in a few seconds.'
  return new DomainError('UNAVAILABLE', 'QUEUE_UNAVAILABLE', text, { cause, retryDelayMs: AWAY_RETRY_MS })
}
