import { expect, test } from 'vitest'
import { unreadLabel } from './unread-label'

test.each([
  [0, ''],
  [1, '1'],
  [99, '99'],
  [100, '99+'],
  [-1, ''],
])('%i unread ones are written as “%s”', (count, label) => {
  expect(unreadLabel(count)).toBe(label)
})
