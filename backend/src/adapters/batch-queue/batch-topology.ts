import type { Channel } from 'amqplib'
import type { Logger } from 'pino'

export interface BatchQueueNames {
  readonly queue: string
  /** Where the broker puts what it gives up. */
  readonly dead: string
}

export interface BatchQueueLimits {
  /** What waits at most; more is refused. Default 20,000. */
  readonly batches?: number
  /** Default 512 MiB. */
  readonly bytes?: number
  /** How often a batch is given to consumers that die of it, or lose their connection. Default 20. */
  readonly deliveries?: number
}

const MAX_BATCHES = 20_000
const MAX_BYTES = 512 * 1024 * 1024
const MAX_DELIVERIES = 20

/** @param namespace in front of them, so that several installations can share a broker */
export function batchQueueNames(namespace: string, name: string): BatchQueueNames {
  return { queue: `${namespace}.${name}`, dead: `${namespace}.${name}.dead` }
}

/** Makes what is missing: replicated where the broker is a cluster, and full rather than forgetful. */
export async function assertBatchQueue(
  channel: Channel,
  { queue, dead }: BatchQueueNames,
  { batches = MAX_BATCHES, bytes = MAX_BYTES, deliveries = MAX_DELIVERIES }: BatchQueueLimits,
): Promise<void> {
  await channel.assertQueue(dead, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-overflow': 'reject-publish',
      'x-max-length': batches,
      'x-max-length-bytes': bytes,
      'x-delivery-limit': deliveries,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
      'x-dead-letter-strategy': 'at-least-once',
    },
  })
}

/** Batches that wait; undefined while the broker cannot be asked. */
export async function lengthOf(
  channel: Channel | undefined,
  { queue }: BatchQueueNames,
  log: Logger,
): Promise<number | undefined> {
  if (channel === undefined) return undefined
  try {
    return (await channel.checkQueue(queue)).messageCount
  } catch (error) {
    log.warn({ err: error }, 'the queue of batches could not be asked for its length')
    return undefined
  }
}
