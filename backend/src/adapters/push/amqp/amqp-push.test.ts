import { randomUUID } from 'node:crypto'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { connect } from 'amqplib'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { InboxHead, PushMessage } from '../../../ports/push.ts'
import { pushContract } from '../push-contract.ts'
import { openAmqpPushReceiver } from './amqp-push-receiver.ts'
import { createAmqpPushSender } from './amqp-push-sender.ts'

const log = pino({ level: 'silent' })
const url = process.env['AMQP_URL'] ?? ''

/** The way to the broker, which can be cut, and on which it can stop to read. */
async function createWay(target: URL) {
  const sockets = new Set<Socket>()
  const pairs = new Set<readonly [near: Socket, far: Socket]>()
  const server = createServer((near) => {
    const far = connectTcp(Number(target.port || 5672), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    far.pipe(near)
    near.pipe(far)
    pairs.add([near, far])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const way = new URL(target)
  way.hostname = '127.0.0.1'
  way.port = String(typeof address === 'object' ? address?.port : 0)
  return {
    url: way.href,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    hold: () => {
      for (const [near, far] of pairs) near.unpipe(far).pause()
    },
    release: () => {
      for (const [near, far] of pairs) near.pipe(far)
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function removeExchange(exchange: string): Promise<void> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.deleteExchange(exchange)
  await connection.close()
}

if (url === '') {
  it.skip('pushes over RabbitMQ: AMQP_URL is not set', () => undefined)
} else {
  pushContract('RabbitMQ', async () => {
    const namespace = `test.${randomUUID()}`
    const way = await createWay(new URL(url))
    return {
      sender: createAmqpPushSender({ server: { url }, log, namespace }),
      open: async (handlers) => openAmqpPushReceiver({ server: { url: way.url }, handlers, log, namespace }),
      disconnectReceivers: async () => way.cut(),
      async close() {
        await way.close()
        await removeExchange(`${namespace}.push`)
      },
    }
  })

  describe('the sender over RabbitMQ', () => {
    it('keeps what is sent while the broker is away, and tells the heads of what it cannot keep', async () => {
      const namespace = `test.${randomUUID()}`
      const [ada, ben] = [randomUUID(), randomUUID()]
      const messages: PushMessage[] = []
      const heads: unknown[] = []
      const receiver = openAmqpPushReceiver({
        server: { url },
        log,
        namespace,
        handlers: {
          onMessage: (message) => messages.push(message),
          onHead: (head) => heads.push(head),
          onResync: () => undefined,
        },
      })
      onTestFinished(() => receiver.close())
      await receiver.bind(ada)
      await receiver.bind(ben)
      await expect.poll(() => receiver.connected()).toBe(true)

      // It connects after this turn at the earliest.
      const sender = createAmqpPushSender({ server: { url }, log, namespace, maxBacklogBytes: 500 })
      onTestFinished(async () => {
        await sender.close()
        await removeExchange(`${namespace}.push`)
      })
      const sent: PushMessage[] = [1, 2, 3, 4, 5, 6, 7].map((sequence) => ({
        kind: 'notification',
        userId: sequence < 5 ? ada : ben,
        sequence,
        notification: '{}',
      }))
      await sender.send(sent)
      await expect.poll(() => heads.length).toBe(2)
      expect(messages).toEqual(sent.slice(0, 3))
      expect(heads).toEqual([
        { userId: ada, lastSequence: 4 },
        { userId: ben, lastSequence: 7 },
      ])
    })

    it('holds little while the broker does not read, and then tells what it held, and the head', async () => {
      const namespace = `test.${randomUUID()}`
      const way = await createWay(new URL(url))
      const userId = randomUUID()
      const sequences: number[] = []
      const heads: InboxHead[] = []
      const receiver = openAmqpPushReceiver({
        server: { url },
        log,
        namespace,
        handlers: {
          onMessage: (message) => sequences.push(message.kind === 'notification' ? message.sequence : 0),
          onHead: (head) => heads.push(head),
          onResync: () => undefined,
        },
      })
      onTestFinished(() => receiver.close())
      await receiver.bind(userId)
      await expect.poll(() => receiver.connected()).toBe(true)
      const sender = createAmqpPushSender({
        server: { url: way.url },
        log,
        namespace,
        maxBacklogBytes: 100_000,
      })
      onTestFinished(async () => {
        await sender.close()
        await way.close()
        await removeExchange(`${namespace}.push`)
      })
      const notification = JSON.stringify('x'.repeat(10_000))
      const send = (sequence: number) =>
        sender.send([{ kind: 'notification', userId, sequence, notification }])
      await send(1)
      await expect.poll(() => sequences).toEqual([1])

      way.hold()
      for (let sequence = 2; sequence <= 5_000; sequence++) {
        await send(sequence)
        // Sockets take what they can get only between turns.
        if (sequence % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      way.release()
      await expect.poll(() => heads).toEqual([{ userId, lastSequence: 5_000 }])
      expect(sequences).toEqual(Array.from(sequences, (_, index) => index + 1))
      expect(sequences.length).toBeGreaterThan(10)
      expect(sequences.length).toBeLessThan(5_000)
    })
  })
}
