import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Channel, connect } from 'amqplib'
import { stopProcess } from '../backend-system/start-backend.ts'
import { openSockets } from './all-sockets.ts'
import { durations, load, USERS } from './load.ts'
import { type Memory, reportsMemory } from './server-memory.ts'
import { clockMs } from './socket-messages.ts'
import { untilReceived } from './until-received.ts'

const relayFile = fileURLToPath(new URL('./bare-relay.ts', import.meta.url))

/** What a notification of a completed job says, so that the reference carries as much. */
const sample = {
  name: 'users/me/notifications/1',
  eventType: 'jobs.completed',
  title: '“run 1” completed',
  body: '',
  severity: 'SEVERITY_SUCCESS',
  link: `/o/bench/jobs/${randomUUID()}`,
  resource: `organizations/bench/jobs/${randomUUID()}`,
  organization: 'organizations/bench',
  createTime: new Date().toISOString(),
  quiet: false,
}

export interface Measured {
  /** Ascending. */
  readonly ms: readonly number[]
  /** Of the server, for each idle socket. */
  readonly socketMemory: Memory
}

/** Publisher, queue of RabbitMQ, bare server of sockets. */
export async function measureReference(amqpUrl: string, durationMs: number): Promise<Measured> {
  await using started = new AsyncDisposableStack()
  const connection = await connect(amqpUrl, { noDelay: true })
  started.defer(() => connection.close())
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue(`bench-${randomUUID()}`, { durable: true, autoDelete: true })
  const relay = fork(relayFile, [queue], {
    env: { ...process.env, AMQP_URL: amqpUrl },
    execArgv: reportsMemory,
  })
  started.defer(() => stopProcess(relay))
  const [port] = await once(relay, 'message')

  const sockets = await openSockets(started, relay, {
    url: `ws://127.0.0.1:${port}/`,
    origin: 'http://localhost',
    tokens: Array.from({ length: USERS }, (_, user) => String(user)),
  })

  const publishedMs: number[] = []
  const { messages, countsFromMs } = await load(durationMs, async (users) => {
    const fromMs = clockMs()
    for (const user of users) {
      publish(channel, queue, user, publishedMs.length)
      publishedMs.push(fromMs)
    }
  })
  const received = await untilReceived(sockets, messages)
  const ways = received.map(({ sequence, atMs }) => ({
    fromMs: publishedMs[sequence] ?? Number.NaN,
    toMs: atMs,
  }))
  return { ms: durations(ways, countsFromMs), socketMemory: sockets.socketMemory }
}

function publish(channel: Channel, queue: string, user: number, sequence: number): void {
  const message = { type: 'notification', notification: { ...sample, sequence } }
  channel.sendToQueue(queue, Buffer.from(JSON.stringify(message)), {
    messageId: String(user),
    persistent: true,
  })
}
