import type { FixBatch } from './fix-batch.ts'

export interface FixOutcome {
  /** Stored by this batch; where queued: taken, duplicates included. */
  readonly accepted: number
  /** Already stored, or in the batch before. */
  readonly duplicates: number
  /** Rows whose devices are no more, from 0: not stored. */
  readonly gone: readonly number[]
  /** Whether the batch is in a durable queue and not stored yet. */
  readonly queued: boolean
}

/** Takes batches of fixes, and answers when they are kept. */
export interface FixSink {
  /** Rejects when nothing of the batch is known to be kept; writing it again never doubles a fix. */
  write(batch: FixBatch): Promise<FixOutcome>
}
