import { expect, test } from 'vitest'
import { rowAfter } from './row-after'

test.each([
  [['b'], 'c'],
  [['c'], 'b'],
  [['a', 'c'], 'b'],
  [['a', 'b'], 'c'],
  [['a', 'b', 'c'], undefined],
])('after %o left, %s has the turn', (left, next) =>
  expect(rowAfter(['a', 'b', 'c'], new Set(left))).toBe(next),
)
