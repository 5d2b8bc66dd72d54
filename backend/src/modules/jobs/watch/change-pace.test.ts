import { expect, it } from 'vitest'
import { ChangePace } from './change-pace.ts'

it('lets a burst through, then one each interval, and a burst again after a rest', () => {
  const pace = new ChangePace(3, 100, 0)
  expect([pace.take(0), pace.take(0), pace.take(0)]).toEqual([0, 0, 0])
  expect(pace.take(0)).toBe(100)
  expect(pace.take(100)).toBe(100)
  expect(pace.take(10_000)).toBe(0)
  expect(pace.take(10_000)).toBe(0)
})
