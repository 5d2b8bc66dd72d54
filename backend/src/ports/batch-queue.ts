/** Bytes in a durable queue, and what their sender wrote beside them. */
export interface QueuedBatch {
  /** The sender's, the same each time it comes; empty for what is none of ours. */
  readonly id: string
  readonly content: Buffer
  /** Short strings. */
  readonly headers: Readonly<Record<string, string>>
  /** How often it was given to a consumer before, that did not deal with it. */
  readonly deliveries: number
  /** Why the queue gave it up; undefined while it has not. */
  readonly givenUp: string | undefined
}

export type RefusalReason =
  /** There is no room; there will be once consumers have caught up. */
  | 'FULL'
  /** The queue cannot be reached, or did not say in time that it has the batch: it may have it all the same. */
  | 'AWAY'

/** The queue did not take a batch, or did not say so. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

export interface BatchQueue {
  /**
   * Resolves once the batch is in the queue for good.
   *
   * @throws BatchRefused
   */
  send(content: Buffer, headers: Readonly<Record<string, string>>): Promise<void>
  /** Batches that wait for a consumer; undefined while the queue cannot be asked. */
  length(): Promise<number | undefined>
  /** Why batches do not go through; empty when they do. */
  problem(): string
  close(): Promise<void>
}

export interface BatchConsumer {
  /** Batches that wait for a consumer; undefined while the queue cannot be asked. */
  length(): Promise<number | undefined>
  /** Why batches do not come; empty when they do. */
  problem(): string
  /** Takes no more, and resolves when those that were begun are dealt with. */
  close(): Promise<void>
}

/**
 * Called for several batches at a time, in about their order. A batch leaves the queue when its promise resolves; when
 * that rejects, or the process dies before, it comes again.
 */
export type HandleBatch = (batch: QueuedBatch) => Promise<void>
