export { openAmqpBatchConsumer } from './amqp-batch-consumer.ts'
export { openAmqpBatchQueue } from './amqp-batch-queue.ts'
export type { BatchQueueLimits } from './batch-topology.ts'
