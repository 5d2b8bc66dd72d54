export { countDeadBatches, type DeadBatch, forgetDeadFixes, lastDeadBatches } from './dead-batch-store.ts'
export { FixConsumer } from './fix-consumer.ts'
export { queueLagS } from './queue-marks.ts'
export { fixQueueMetrics } from './queue-metrics.ts'
export { QueuedFixSink } from './queued-fix-sink.ts'
export { resendDeadBatch } from './resend-dead-batch.ts'

/** The name of the queue that fixes go through, within the namespace. */
export const FIX_QUEUE = 'fixes'
