import { randomBytes } from 'node:crypto'
import { connect } from 'amqplib'

/** What a backend and a worker make at a broker that others use as well. */
const QUEUES = ['fixes', 'notifications'].flatMap((name) => [name, `${name}.dead`])
const EXCHANGES = ['events', 'dead']

/** A namespace of the bench's own, which is removed by the stack. */
export function benchNamespace(started: AsyncDisposableStack, amqpUrl: string): string {
  const namespace = `bench-${randomBytes(4).toString('hex')}`
  started.defer(async () => {
    const connection = await connect(amqpUrl)
    const channel = await connection.createChannel()
    for (const name of QUEUES) await channel.deleteQueue(`${namespace}.${name}`)
    for (const name of EXCHANGES) await channel.deleteExchange(`${namespace}.${name}`)
    await connection.close()
  })
  return namespace
}
