import { expect, test } from 'vitest'
import { pushedStream } from './pushed-stream.ts'

test('what is pushed can be iterated, in order and to its end', async () => {
  const stream = pushedStream<number>(async (sink) => {
    for (let value = 0; value < 100; value++) {
      if (!sink.write(value)) await sink.drained()
    }
  })
  const values: number[] = []
  for await (const value of stream) values.push(value)
  expect(values).toEqual(Array.from({ length: 100 }, (_, value) => value))
})

test('a reader that does not read holds back the source', async () => {
  let made = 0
  const stream = pushedStream<number>(async (sink, signal) => {
    while (!signal.aborted) {
      if (!sink.write(made++)) await sink.drained()
    }
  })
  const reader = stream[Symbol.asyncIterator]()
  expect(await reader.next()).toEqual({ done: false, value: 0 })
  const before = made
  await new Promise((resolve) => setImmediate(resolve))
  expect(made).toBe(before)
  expect(made).toBeLessThan(40)
  await reader.return?.()
})

test('a reader that leaves stops the source, which is waited for', async () => {
  let stopped = false
  const stream = pushedStream<number>(async (sink, signal) => {
    sink.write(1)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    stopped = true
  })
  for await (const _value of stream) break
  expect(stopped).toBe(true)
})

test('an error comes after what was written before it', async () => {
  const stream = pushedStream<number>(async (sink) => {
    sink.write(1)
    throw new Error('broken off')
  })
  const seen: number[] = []
  await expect(
    (async () => {
      for await (const value of stream) seen.push(value)
    })(),
  ).rejects.toThrow('broken off')
  expect(seen).toEqual([1])
})
