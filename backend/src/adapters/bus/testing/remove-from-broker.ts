import { connect } from 'amqplib'
import type { BusQueue } from '../../../ports/bus.ts'
import { namesOf } from '../amqp/topology.ts'

/** What a test has left at a broker that others use as well. */
export async function removeFromBroker(
  url: string,
  namespace: string,
  queues: readonly BusQueue[],
): Promise<void> {
  const names = namesOf(namespace)
  const connection = await connect(url)
  const channel = await connection.createChannel()
  for (const { name } of queues) {
    await channel.deleteQueue(names.queue(name))
    await channel.deleteQueue(names.deadQueue(name))
  }
  await channel.deleteExchange(names.events)
  await channel.deleteExchange(names.dead)
  await connection.close()
}
