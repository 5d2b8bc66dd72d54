import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'
import { FIX_QUEUE } from '../index.ts'

export interface QueueOfTest {
  readonly namespace: string
  /** Batches that wait, and those that the broker gave up. */
  lengths(): Promise<{ waiting: number; dead: number }>
  /** Puts something there that no sender of ours would. */
  put(content: Buffer): Promise<void>
  remove(): Promise<void>
}

/** A namespace of the test's own at a broker that others use as well. */
export async function queueOfTest(url: string): Promise<QueueOfTest> {
  const namespace = `test-${randomUUID()}`
  const queue = `${namespace}.${FIX_QUEUE}`
  const connection = await connect(url)
  const channel = await connection.createConfirmChannel()
  return {
    namespace,
    async lengths() {
      const waiting = await channel.checkQueue(queue)
      const dead = await channel.checkQueue(`${queue}.dead`)
      return { waiting: waiting.messageCount, dead: dead.messageCount }
    },
    async put(content) {
      channel.sendToQueue(queue, content, { persistent: true })
      await channel.waitForConfirms()
    },
    async remove() {
      await channel.deleteQueue(queue)
      await channel.deleteQueue(`${queue}.dead`)
      await connection.close()
    },
  }
}
