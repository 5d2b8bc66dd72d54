import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Breakage } from './breakage.ts'

test('what waits is ended by the break, and what comes later at once', async () => {
  const breakage = new Breakage()
  const waiting = breakage.until(new Promise(() => undefined))
  breakage.throwIfBroken()
  breakage.break(new Error('the channel closed'))
  breakage.break(new Error('the connection closed'))
  await expect(waiting).rejects.toThrow('the channel closed')
  await expect(breakage.until(Promise.resolve(1))).rejects.toThrow('the channel closed')
  expect(() => breakage.throwIfBroken()).toThrow('the channel closed')
})

test('what ends before the break is as it was', async () => {
  const breakage = new Breakage()
  expect(await breakage.until(Promise.resolve(1))).toBe(1)
  await expect(breakage.until(Promise.reject(new Error('its own')))).rejects.toThrow('its own')
})

test('waiting a hundred thousand times on one channel leaves nothing behind', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const breakage = new Breakage()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 100_000; n++) await breakage.until(Promise.resolve())
  collect()
  // Promise.race() with one promise keeps 30 MiB.
  expect((process.memoryUsage().heapUsed - before) / 1024 ** 2).toBeLessThan(5)
  breakage.throwIfBroken()
})
