import { describe, expect, test } from 'vitest'
import { lookLabel, windowText } from './look-words'

describe('lookLabel', () => {
  test.each([
    ['FindConnections', 'Who was met'],
    ['organizations/lab/jobs/0190', 'Job: all who met'],
    ['ExportPerson', 'Everything that is kept'],
    ['SomethingNew', 'SomethingNew'],
  ])('%s is %s', (method, label) => expect(lookLabel(method)).toBe(label))
})

describe('windowText', () => {
  test.each([
    ['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', '2026-11-21'],
    ['2026-11-21T00:00:00Z', '2026-11-24T00:00:00Z', '2026-11-21 – 2026-11-23'],
    ['2026-11-21T08:00:00Z', '2026-11-21T18:30:00Z', '2026-11-21 08:00 – 18:30 UTC'],
    ['2026-11-21T22:00:00Z', '2026-11-22T06:00:00Z', '2026-11-21 22:00 – 2026-11-22 06:00 UTC'],
    ['2026-11-21T22:00:00Z', '2026-11-21T22:00:00Z', '2026-11-21 22:00 UTC'],
    ['2026-11-21T00:00:00Z', '2026-11-21T00:00:00Z', '2026-11-21'],
  ])('%s to %s is %s', (start, end, text) => expect(windowText(new Date(start), new Date(end))).toBe(text))

  test('says nothing of a look without a window', () => expect(windowText(undefined, undefined)).toBe(''))
})
