import { pino } from 'pino'
import { expect, test } from 'vitest'
import { repeatedly } from './repeatedly.ts'

const options = { name: 'the work', intervalMs: 1, log: pino({ level: 'silent' }) }

test('work is done at once, again after it failed, and never twice at a time', async () => {
  let times = 0
  let atOnce = 0
  const repetition = repeatedly(options, async () => {
    times += 1
    atOnce += 1
    expect(atOnce).toBe(1)
    await Promise.resolve()
    atOnce -= 1
    if (times % 2 === 0) throw new Error('every other time')
  })
  expect(times).toBe(1)
  await expect.poll(() => times).toBeGreaterThan(5)
  await repetition.stop()
})

test('who stops it waits for what goes on, and nothing comes after', async () => {
  const gate = Promise.withResolvers<void>()
  let times = 0
  let ended = 0
  const repetition = repeatedly(options, async () => {
    times += 1
    await gate.promise
    ended += 1
  })
  const stopped = repetition.stop()
  gate.resolve()
  await stopped
  expect([times, ended]).toEqual([1, 1])
  await new Promise((resolve) => setTimeout(resolve, 10 * options.intervalMs))
  expect(times).toBe(1)
})
