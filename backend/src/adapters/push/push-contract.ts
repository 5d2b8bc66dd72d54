import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type {
  InboxHead,
  PushMessage,
  PushReceiver,
  PushReceiverHandlers,
  PushSender,
} from '../../ports/push.ts'

export interface PushUnderTest {
  readonly sender: PushSender
  /** Another process's. */
  open(handlers: PushReceiverHandlers): Promise<PushReceiver>
  /** Ends the connections of all receivers from the server's side; they come back by themselves. */
  disconnectReceivers(): Promise<void>
  close(): Promise<void>
}

interface Frontend {
  readonly receiver: PushReceiver
  readonly messages: PushMessage[]
  readonly heads: InboxHead[]
  readonly resyncs: () => number
}

/** What every push adapter keeps to. */
export function pushContract(name: string, start: () => Promise<PushUnderTest>): void {
  describe(`pushes over ${name}`, () => {
    let under: PushUnderTest
    const opened: PushReceiver[] = []
    const frontend = async (): Promise<Frontend> => {
      const messages: PushMessage[] = []
      const heads: InboxHead[] = []
      let resyncs = 0
      const receiver = await under.open({
        onMessage: (message) => messages.push(message),
        onHead: (head) => heads.push(head),
        onResync: () => {
          resyncs += 1
        },
      })
      opened.push(receiver)
      await vi.waitUntil(() => receiver.connected())
      return { receiver, messages, heads, resyncs: () => resyncs }
    }
    const notification = (userId: string, sequence: number, title = 'A job completed'): PushMessage => ({
      kind: 'notification',
      userId,
      sequence,
      notification: JSON.stringify({ sequence, title }),
    })

    beforeAll(async () => {
      under = await start()
    })
    afterEach(async () => {
      for (const receiver of opened.splice(0)) await receiver.close()
    })
    afterAll(async () => {
      await under.sender.close()
      await under.close()
    })

    it('brings a bound user’s messages as they were sent, in order', async () => {
      const userId = randomUUID()
      const { receiver, messages } = await frontend()
      await receiver.bind(userId)
      const sent: PushMessage[] = [
        notification(userId, 1, 'two\nlines, "quotes", a backslash \\ and ü 🚀'),
        { kind: 'inbox', userId, lastSequence: 1, unreadCount: 7 },
        { kind: 'notification', userId, sequence: 2, notification: undefined },
        ...Array.from({ length: 1_200 }, (_, index) => notification(userId, index + 3)),
      ]
      await Promise.all([
        under.sender.send(sent.slice(0, 2)),
        under.sender.send(sent.slice(2, 700)),
        under.sender.send(sent.slice(700)),
      ])
      await expect.poll(() => messages.length).toBe(sent.length)
      expect(messages).toEqual(sent)
    })

    it('brings messages to every frontend where the user is bound, and no other user’s', async () => {
      const [ada, ben] = [randomUUID(), randomUUID()]
      const [one, two, three] = [await frontend(), await frontend(), await frontend()]
      await one.receiver.bind(ada)
      await two.receiver.bind(ada)
      await two.receiver.bind(ben)
      await three.receiver.bind(ben)
      await under.sender.send([notification(ada, 1), notification(ben, 1), notification(randomUUID(), 1)])
      await expect.poll(() => [one, two, three].map(({ messages }) => messages.length)).toEqual([1, 2, 1])
      expect(two.messages).toEqual([notification(ada, 1), notification(ben, 1)])
    })

    it('brings nothing of a user who is no longer bound', async () => {
      const [gone, stays] = [randomUUID(), randomUUID()]
      const { receiver, messages } = await frontend()
      await receiver.bind(gone)
      await receiver.bind(stays)
      receiver.unbind(gone)
      await under.sender.send([notification(gone, 1), notification(stays, 1)])
      await expect.poll(() => messages.length).toBe(1)
      expect(messages[0]?.userId).toBe(stays)
    })

    it('tells of a notification that is too large to be sent along', async () => {
      const userId = randomUUID()
      const { receiver, messages } = await frontend()
      await receiver.bind(userId)
      await under.sender.send([notification(userId, 1, 'ü'.repeat(200_000)), notification(userId, 2)])
      await expect.poll(() => messages.length).toBe(2)
      expect(messages).toEqual([
        { kind: 'notification', userId, sequence: 1, notification: undefined },
        notification(userId, 2),
      ])
    })

    it('brings the heads of bound users out of thousands', async () => {
      const heads = Array.from({ length: 3_000 }, (_, index) => ({
        userId: randomUUID(),
        lastSequence: index === 0 ? Number.MAX_SAFE_INTEGER : index,
      }))
      const mine = heads.filter((_, index) => [0, 5, 1_234, 2_999].includes(index))
      const { receiver, heads: seen } = await frontend()
      for (const { userId } of mine) await receiver.bind(userId)
      await under.sender.sendHeads(heads)
      await expect.poll(() => seen.length).toBe(mine.length)
      expect(seen).toEqual(mine)
    })

    it('sends nothing for nothing', async () => {
      await under.sender.send([])
      await under.sender.sendHeads([])
    })

    it('asks for a resync after a lost connection, with its users bound again', async () => {
      const [before, during] = [randomUUID(), randomUUID()]
      const { receiver, messages, resyncs } = await frontend()
      await receiver.bind(before)
      const resynced = resyncs()
      await under.disconnectReceivers()
      await receiver.bind(during)
      await expect.poll(resyncs).toBeGreaterThan(resynced)
      expect(receiver.connected()).toBe(true)
      await under.sender.send([notification(before, 1), notification(during, 1)])
      await expect.poll(() => messages.length).toBe(2)
    })
  })
}
