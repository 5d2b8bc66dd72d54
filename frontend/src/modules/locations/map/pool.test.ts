import { expect, test } from 'vitest'
import { createPool } from './pool'

test('so many run at a time, in the order in which they came, and a failure makes room', async () => {
  const pool = createPool(2)
  let running = 0
  let most = 0
  const begun: number[] = []
  const run = (index: number) =>
    pool(async () => {
      begun.push(index)
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      if (index === 1) throw new Error('no')
      return index
    })
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(run))
  expect(most).toBe(2)
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ])
})
