import { expect, it } from 'vitest'
import { quoteOf } from './job-quote.ts'

const task = { sizeBytes: 10, durationMs: 1_500 }

it('a quote says nothing of use where running time is what is paid for', () => {
  expect(quoteOf([task, task], 60_000, 1)).toEqual({ sizeBytes: 20n, durationMs: 3_000, taskCount: 3 })
})

it.each([
  { what: 'what the containers may take together', executionSeconds: 3_600, atMost: 400n },
  { what: 'what can be used while the job may run', executionSeconds: 60, atMost: 120n },
])('a quote of use is at most $what', ({ executionSeconds, atMost }) => {
  const used = { ...task, usedSeconds: { expected: 30.5, atMost: 400, perSecond: 2 } }
  expect(quoteOf([used], executionSeconds * 1000).usedSeconds).toEqual({ expected: 31n, atMost })
})

it('a quote of use counts other tasks beside as they are counted elsewhere', () => {
  const used = { ...task, usedSeconds: { expected: 5, atMost: 10, perSecond: 1 } }
  // 5 and 2 s, 10 and twice 1.5 s with a begun second more; and one that collects
  expect(quoteOf([used, task], 60_000, 1).usedSeconds).toEqual({ expected: 8n, atMost: 15n })
})
