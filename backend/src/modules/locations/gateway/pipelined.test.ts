import { expect, test } from 'vitest'
import { pipelined } from './pipelined.ts'

async function* numbers(count: number): AsyncGenerator<number, void> {
  for (let number = 0; number < count; number++) yield number
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const read: Value[] = []
  for await (const value of values) read.push(value)
  return read
}

test('results come in the order of the inputs, and at most as many as the width are worked on', async () => {
  let working = 0
  let most = 0
  const results = await all(
    pipelined(numbers(50), 4, async (number) => {
      most = Math.max(most, ++working)
      // The later of a few are ready sooner.
      for (let turn = 0; turn < 8 - (number % 4) * 2; turn++) await nextTurn()
      working--
      return number * 2
    }),
  )
  expect(results).toEqual(Array.from({ length: 50 }, (_, number) => number * 2))
  expect(most).toBe(4)
})

test('a result is given as soon as it is there, though the next input does not come', async () => {
  const inputs = async function* () {
    yield 1
    await new Promise(() => undefined)
  }
  const results = pipelined(inputs(), 4, async (number) => number)
  expect(await results.next()).toEqual({ done: false, value: 1 })
})

test('a failure is told at once, though the next input does not come, and not before what was begun has ended', async () => {
  const inputs = async function* () {
    yield 1
    yield 2
    await new Promise(() => undefined)
  }
  let ended = 0
  const results = pipelined(inputs(), 4, async (number) => {
    await nextTurn()
    if (number === 1) throw new Error('no room')
    await nextTurn()
    ended++
  })
  await expect(results.next()).rejects.toThrow('no room')
  expect(ended).toBe(1)
})

test('when the inputs fail, the results of what came before are given first', async () => {
  const inputs = async function* () {
    yield* numbers(3)
    throw new Error('a broken input')
  }
  const given: number[] = []
  const results = pipelined(inputs(), 4, async (number) => number)
  const reading = (async () => {
    for await (const number of results) given.push(number)
  })()
  await expect(reading).rejects.toThrow('a broken input')
  expect(given).toEqual([0, 1, 2])
})

test('whoever stops reading ends the inputs', async () => {
  let ended = false
  const inputs = async function* () {
    try {
      yield* numbers(10)
    } finally {
      ended = true
    }
  }
  for await (const number of pipelined(inputs(), 1, async (each) => each)) if (number === 1) break
  expect(ended).toBe(true)
})
