import { describe, expect, test } from 'vitest'
import { formatBytes } from './format-bytes'
import { durationMs, formatDuration, formatWholeSeconds } from './format-duration'
import { formatRelative, formatUtc } from './format-time'

describe('formatBytes', () => {
  test.each([
    [0n, '0 bytes'],
    [1n, '1 byte'],
    [999n, '999 bytes'],
    [1_000n, '1.00 kB'],
    [67_119_360n, '67.1 MB'],
    [999_499n, '999 kB'],
    [999_999n, '1.00 MB'],
    [9_007_199_254_740_993n, '9.01 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [34, '34 ms'],
    [99.7, '0.1 s'],
    [340, '0.3 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [100 * 3_600_000, '4 d 4 h'],
  ])('%d ms is %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))

  test.each([
    [-400, '0 s'],
    [3_400, '3 s'],
    [59_700, '1 min'],
    [200_400, '3 min 20 s'],
  ])('counting, %d ms are %s', (milliseconds, text) => expect(formatWholeSeconds(milliseconds)).toBe(text))

  test('a protobuf duration counts its nanoseconds', () => {
    expect(durationMs({ seconds: 2n, nanos: 500_000_000 })).toBe(2_500)
    expect(durationMs(undefined)).toBe(0)
  })
})

describe('formatRelative', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  test.each([
    ['2026-11-21T10:00:05Z', 'just now'],
    ['2026-11-21T09:59:30Z', 'just now'],
    ['2026-11-21T09:57:00Z', '3 minutes ago'],
    ['2026-11-20T09:00:00Z', 'yesterday'],
    ['2026-12-20T10:00:00Z', 'in 29 days'],
  ])('%s is %s', (time, text) => expect(formatRelative(new Date(time), now)).toBe(text))

  test('the full time is in UTC', () => {
    expect(formatUtc(new Date('2026-11-21T09:41:07.123Z'))).toBe('2026-11-21 09:41:07 UTC')
  })
})
