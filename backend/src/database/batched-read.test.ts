import { expect, test } from 'vitest'
import { batchedRead } from './batched-read.ts'

test('reads that come in together are one, and each gets its own answer', async () => {
  const batches: string[][] = []
  const read = batchedRead(async (keys) => {
    batches.push([...keys])
    return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, key.toUpperCase()]))
  })
  expect(await Promise.all([read('a'), read('b'), read('a'), read('absent')])).toEqual([
    'A',
    'B',
    'A',
    undefined,
  ])
  expect(batches).toEqual([['a', 'b', 'absent']])
})

test('a read is not answered by a statement that was sent before it', async () => {
  let value = 1
  const sent = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const answer = Promise.withResolvers<void>()
  let calls = 0
  const read = batchedRead(async (keys) => {
    const seen = value
    sent[calls++]?.resolve()
    await answer.promise
    return new Map(keys.map((key) => [key, seen]))
  })
  const early = read('key')
  await sent[0]?.promise
  value = 2
  const late = read('key')
  await sent[1]?.promise
  answer.resolve()
  expect(await Promise.all([early, late])).toEqual([1, 2])
})

test('a failure reaches those who wait for it, and no one after', async () => {
  let failing = true
  const read = batchedRead(async (keys) => {
    if (failing) throw new Error('lost')
    return new Map(keys.map((key) => [key, 1]))
  })
  const outcomes = await Promise.allSettled([read('a'), read('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing = false
  expect(await read('a')).toBe(1)
})

test('more keys than a statement takes are read in several', async () => {
  const sizes: number[] = []
  const read = batchedRead(async (keys) => {
    sizes.push(keys.length)
    return new Map(keys.map((key) => [key, key]))
  })
  const keys = Array.from({ length: 450 }, (_, index) => String(index))
  expect(await Promise.all(keys.map(read))).toEqual(keys)
  expect(sizes.reduce((sum, size) => sum + size)).toBe(450)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(200)
})
