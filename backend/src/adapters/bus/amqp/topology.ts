import type { Channel, ChannelModel } from 'amqplib'
import type { BusQueue } from '../../../ports/bus.ts'

/** How exchanges and queues are called at the broker. */
export interface Names {
  /** Topic exchange of all events. */
  readonly events: string
  /** Direct exchange of those that a queue gave up, by the queue. */
  readonly dead: string
  queue(name: string): string
  deadQueue(name: string): string
}

/** @param namespace in front of them all, so that several installations can share a broker */
export function namesOf(namespace: string): Names {
  return {
    events: `${namespace}.events`,
    dead: `${namespace}.dead`,
    queue: (name) => `${namespace}.${name}`,
    deadQueue: (name) => `${namespace}.${name}.dead`,
  }
}

/**
 * Makes what is missing: exchanges, the queues with their bindings, and where dead letters go. Which type of queue it
 * is, is the virtual host's to say: quorum queues help in a cluster, and cost in front of an outbox that has everything.
 */
export async function assertTopology(
  connection: ChannelModel,
  names: Names,
  queues: readonly BusQueue[],
): Promise<void> {
  // What does not match what is there closes the channel, and must not close one that is in use.
  const channel = await connection.createChannel()
  channel.on('error', () => undefined)
  await channel.assertExchange(names.events, 'topic', { durable: true })
  await channel.assertExchange(names.dead, 'direct', { durable: true })
  for (const queue of queues) await assertQueue(channel, names, queue)
  await channel.close()
}

async function assertQueue(channel: Channel, names: Names, { name, patterns }: BusQueue): Promise<void> {
  const deadQueue = names.deadQueue(name)
  await channel.assertQueue(deadQueue, { durable: true })
  await channel.bindQueue(deadQueue, names.dead, name)
  const queue = names.queue(name)
  await channel.assertQueue(queue, {
    durable: true,
    deadLetterExchange: names.dead,
    deadLetterRoutingKey: name,
    arguments: { 'x-single-active-consumer': true },
  })
  for (const pattern of patterns) await channel.bindQueue(queue, names.events, pattern)
}
