import { expect, test } from 'vitest'
import { withHeartbeats } from './with-heartbeats.ts'

test('beats while the source is silent, and gives all that it gives', async () => {
  const gate = Promise.withResolvers<void>()
  async function* source() {
    yield 1
    await gate.promise
    yield 2
  }
  const seen: (number | undefined)[] = []
  for await (const value of withHeartbeats(source(), 5)) {
    seen.push(value)
    if (value === undefined) gate.resolve()
  }
  expect(seen.filter((value) => value !== undefined)).toEqual([1, 2])
  expect(seen).toContain(undefined)
})

test('ends the source when it is left, and passes on how it fails', async () => {
  let ended = false
  async function* source() {
    try {
      yield 1
      yield 2
    } finally {
      ended = true
    }
  }
  for await (const value of withHeartbeats(source(), 1000)) if (value === 1) break
  expect(ended).toBe(true)
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('the database is gone')
  }
  const read = async () => {
    for await (const value of withHeartbeats(failing(), 1000)) expect(value).toBe(1)
  }
  await expect(read()).rejects.toThrow('the database is gone')
})
