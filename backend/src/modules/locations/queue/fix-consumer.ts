import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { BatchConsumer, HandleBatch, QueuedBatch } from '../../../ports/batch-queue.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import type { FixBatch, FixSink } from '../fixes/index.ts'
import { addDeadBatch, forgetOldDeadBatches } from './dead-batch-store.ts'
import { failureReason, isPassing } from './failure-reason.ts'
import { beginAttempt, endAttempts, forgetOldAttempts } from './queue-attempts.ts'
import { forgetOldMarks, removeMark } from './queue-marks.ts'
import { BrokenBatchError, decodeBatch } from './queued-batch-codec.ts'
import { Turns } from './turns.ts'

export interface FixConsumerOptions {
  readonly dataSource: DataSource
  /** Writes into the database, and answers once that is committed. */
  readonly sink: FixSink
  /** Opens the queue's consumer; called once, at the start. */
  readonly consume: (handle: HandleBatch) => BatchConsumer
  readonly log: Logger
}

/** What a batch was told that it cannot be helped by waiting. */
const ATTEMPTS = 3
const FIRST_RETRY_MS = 200
const LAST_RETRY_MS = 10_000
const HOUSEKEEPING_MS = 60_000

/** How often a batch that came back is begun alone. */
const SUSPECTED_ATTEMPTS = 3
const DEADLY = 'Workers that wrote it came to no end, again and again.'

interface Failure {
  /** Undefined where it cannot be read. */
  readonly batch?: FixBatch
  readonly reason: string
}

/**
 * Writes the batches that come through the queue, and puts aside those that cannot be. A batch leaves the queue once it
 * is committed; if that is not known, it comes again and finds its fixes there already.
 */
export class FixConsumer implements WorkerPart {
  readonly #options: FixConsumerOptions
  readonly #stopping = new AbortController()
  readonly #turns = new Turns()
  #consumer: BatchConsumer | undefined
  #housekeeping: Repetition | undefined

  constructor(options: FixConsumerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { consume, dataSource, log } = this.#options
    const consumer = consume((batch) => this.handle(batch))
    this.#consumer = consumer
    this.#housekeeping = repeatedly(
      { name: "keeping the fixes' queue tidy", intervalMs: HOUSEKEEPING_MS, log },
      async () => {
        await forgetOldMarks(dataSource, await consumer.length())
        await forgetOldDeadBatches(dataSource)
        await forgetOldAttempts(dataSource)
      },
    )
  }

  /** Batches that wait; undefined while the queue cannot be asked. */
  async length(): Promise<number | undefined> {
    return this.#consumer?.length()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#housekeeping?.stop()
    await this.#consumer?.close()
  }

  /** A broker that is away comes back, and another worker would not reach it either: the lag tells of it. */
  healthy(): boolean {
    return true
  }

  /** Resolves once the batch is stored or put aside; rejects when it is to come again. */
  async handle(queued: QueuedBatch): Promise<void> {
    const { dataSource, log } = this.#options
    const end = await this.#end(queued)
    if (end !== undefined) {
      await this.#patiently(() => addDeadBatch(dataSource, end.batch, end.reason))
      log.error({ reason: end.reason, fixes: end.batch?.length }, 'a batch of fixes was put aside')
    }
    await this.#patiently(() => removeMark(dataSource, queued.headers))
  }

  /** Undefined when it is stored. */
  async #end({ id, content, deliveries, givenUp }: QueuedBatch): Promise<Failure | undefined> {
    let batch: FixBatch
    try {
      batch = decodeBatch(content)
    } catch (error) {
      if (error instanceof BrokenBatchError) return { reason: error.message }
      throw error
    }
    if (givenUp !== undefined) return { batch, reason: givenUp }
    if (deliveries === 0) return this.#turns.together(() => this.#write(batch))
    // It came back, and may be what a worker died of: then nothing else is to be under way.
    return this.#turns.alone(async () => {
      const { dataSource } = this.#options
      const attempts = await this.#patiently(() => beginAttempt(dataSource, id))
      const failure = attempts > SUSPECTED_ATTEMPTS ? { batch, reason: DEADLY } : await this.#write(batch)
      await this.#patiently(() => endAttempts(dataSource, id))
      return failure
    })
  }

  async #write(batch: FixBatch): Promise<Failure | undefined> {
    try {
      await this.#patiently(() => this.#options.sink.write(batch), ATTEMPTS)
      return undefined
    } catch (error) {
      this.#stopping.signal.throwIfAborted()
      return { batch, reason: failureReason(error) }
    }
  }

  /** Tries again for as long as it takes where waiting may help, and else as often as that. */
  async #patiently<Result>(
    work: () => Promise<Result>,
    attempts = Number.POSITIVE_INFINITY,
  ): Promise<Result> {
    const { signal } = this.#stopping
    let left = attempts
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      try {
        return await work()
      } catch (error) {
        if (!isPassing(error) && --left <= 0) throw error
        if (attempt === 0) this.#options.log.warn({ err: error }, 'a batch of fixes is tried again')
        const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.5 + Math.random() / 2)
        await setTimeout(delayMs, undefined, { signal })
      }
    }
  }
}
