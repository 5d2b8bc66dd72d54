import { expect, test } from 'vitest'
import { renewalDelayMs } from './renewal-delay'

test.each([
  ['of five minutes', 300, 240_000],
  ['of ten seconds', 10, 7_500],
  ['of a year', 31_536_000, 86_400_000],
  ['of a second', 1, 1_000],
  ['that has expired', -5, 1_000],
])('a token %s is renewed while it is good, and never at once', (_, expiresInSeconds, delayMs) => {
  expect(renewalDelayMs(expiresInSeconds)).toBe(delayMs)
})
