import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { PushBacklog } from './push-backlog.ts'

const notification = (userId: string, sequence: number, text = 'x') =>
  ({ kind: 'notification', userId, sequence, notification: JSON.stringify(text) }) as const

it('gives messages in their order, however many there were', () => {
  const userId = randomUUID()
  const backlog = new PushBacklog({ maxBytes: 10_000_000, maxMessageBytes: 100 })
  for (let sequence = 1; sequence <= 5_000; sequence++) backlog.add(notification(userId, sequence))
  const taken: string[] = []
  for (let next = backlog.take(); next !== undefined; next = backlog.take()) taken.push(`${next.content}`)
  expect(taken).toEqual(Array.from({ length: 5_000 }, (_, index) => `${userId}n${index + 1} "x"`))
  expect(backlog.bytes).toBe(0)
  expect(backlog.takeHeads()).toEqual([])
})

it('remembers the head alone of what there is no room for', () => {
  const [ada, ben] = [randomUUID(), randomUUID()]
  const backlog = new PushBacklog({ maxBytes: 1_000, maxMessageBytes: 100 })
  for (let sequence = 1; sequence <= 100; sequence++) {
    backlog.add(notification(ada, sequence))
    backlog.add(notification(ben, 2 * sequence))
  }
  backlog.addHead({ userId: ben, lastSequence: 3 })
  expect(backlog.bytes).toBeLessThan(1_300)
  expect(new Set(backlog.takeHeads())).toEqual(
    new Set([
      { userId: ada, lastSequence: 100 },
      { userId: ben, lastSequence: 200 },
    ]),
  )
  expect(backlog.takeHeads()).toEqual([])
})

it('leaves the text of a large notification to the inbox', () => {
  const userId = randomUUID()
  const backlog = new PushBacklog({ maxBytes: 1_000, maxMessageBytes: 100 })
  backlog.add(notification(userId, 7, 'ü'.repeat(100)))
  expect(`${backlog.take()?.content}`).toBe(`${userId}n7 `)
})
