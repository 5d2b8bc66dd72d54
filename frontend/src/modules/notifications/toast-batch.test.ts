import { expect, test } from 'vitest'
import { createToastBatch } from './toast-batch'

test('several within a second become one toast, and the next second begins another', () => {
  let now = 5_000
  const told: string[] = []
  const add = createToastBatch<string>((items, batch) => told.push(`${batch}: ${items.join(' ')}`), {
    now: () => now,
    setTimeout: () => undefined,
    clearTimeout: () => undefined,
  })
  add('a')
  now += 400
  add('b')
  now += 599
  add('c')
  now += 1
  add('d')
  now += 1_000
  add('e')
  expect(told).toEqual(['1: a', '1: a b', '1: a b c', '2: d', '3: e'])
})
