export type { FixBatch } from './fix-batch.ts'
export type { FixOutcome, FixSink } from './fix-sink.ts'
