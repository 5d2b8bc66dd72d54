import { Job } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { describe, expect, test } from 'vitest'
import { schemaErrors, schemasMissing } from '../testing/schemas.ts'
import {
  jobDocument,
  jobsDocument,
  parametersDocument,
  phaseOf,
  quoteOf,
  resultsDocument,
  seconds,
} from './job-document.ts'

const NAME = 'organizations/lab/jobs/0190f0e0-0000-7000-8000-000000000000'
const ADDRESS = 'https://data.example.org/uws/cutout/0190f0e0-0000-7000-8000-000000000000'
const at = (text: string) => new Date(`2026-11-21T${text}Z`)
const quote = { sizeBytes: 1n, duration: { seconds: 60n, nanos: 0 }, taskCount: 1 }

/** Everything hostile that a text can hold. */
const HOSTILE = `<>&"' ]]> \u0000\u0007\r\n\uFFFE\u{1F52D}\uD83D`

const hostile = Job.fromPartial({
  name: NAME,
  service: 'cutout',
  phase: 'PHASE_ERROR',
  owner: HOSTILE,
  ownerDisplayName: HOSTILE,
  runId: HOSTILE,
  parameters: [
    { name: 'ID', value: HOSTILE },
    { name: 'ID', value: 'plain' },
  ],
  createTime: at('12:00:00'),
  error: { reason: HOSTILE, message: HOSTILE, transient: true },
  results: [{ name: `${NAME}/results/a b.fits`, mediaType: HOSTILE, sourceId: HOSTILE, stencil: HOSTILE }],
  phaseNote: { reason: HOSTILE, message: HOSTILE, ownerMayRun: true },
  charge: {
    creditClass: 'creditClasses/cosmos',
    unit: HOSTILE,
    decimals: 2,
    atMost: 220n,
    held: 0n,
    captured: 110n,
  },
  queuePosition: { jobsAhead: 3, expectedStartTime: at('13:00:00') },
})

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const piece of pieces) whole += piece
  return whole
}

async function whole(pages: readonly Job[][]): Promise<string> {
  async function* given() {
    yield* pages
  }
  return text(jobsDocument(given(), ADDRESS))
}

test('documents are valid whatever the texts in them hold', async ({ skip }) => {
  skip(schemasMissing !== undefined, schemasMissing)
  const bare = Job.fromPartial({ name: NAME, phase: 'PHASE_PENDING' })
  const documents = [
    await text(jobDocument(hostile, ADDRESS)),
    await text(jobDocument(bare, ADDRESS)),
    await text(resultsDocument(hostile, ADDRESS)),
    parametersDocument(hostile, ADDRESS),
    await whole([[hostile, bare], [bare]]),
    await whole([[]]),
  ]
  expect(await schemaErrors('UWS.xsd', documents)).toEqual([])
})

test('what a job costs stands beside what UWS knows', async () => {
  const document = await text(jobDocument(hostile, ADDRESS))
  expect(document).toContain('<fairlead:creditClass>cosmos</fairlead:creditClass>')
  expect(document).toContain('<fairlead:atMost>220</fairlead:atMost>')
  expect(document).toContain('<fairlead:captured>110</fairlead:captured>')
})

test('texts that XML cannot carry stand in for themselves, or are told by address', async () => {
  const document = await text(jobDocument(hostile, ADDRESS))
  expect(document).toContain(`<uws:parameter id="ID" byReference="true">${ADDRESS}/parameters/ID<`)
  expect(document).toContain('<uws:parameter id="ID">plain<')
  expect(document).toContain(
    '<uws:runId>&lt;&gt;&amp;&quot;&apos; ]]&gt; \uFFFD\uFFFD&#13;&#10;\uFFFD\u{1F52D}\uFFFD<',
  )
  expect(document).toContain(`xlink:href="${ADDRESS}/results/a%20b.fits"`)
})

describe('the quote', () => {
  const now = at('12:00:00')
  test.each([
    ['PENDING: as if it began now', { phase: 'PHASE_PENDING' }, '12:01:00'],
    [
      'QUEUED: from its expected start',
      { phase: 'PHASE_QUEUED', queuePosition: { jobsAhead: 1, expectedStartTime: at('12:30:00') } },
      '12:31:00',
    ],
    ['EXECUTING: from its start', { phase: 'PHASE_EXECUTING', startTime: at('11:59:30') }, '12:00:30'],
    [
      'EXECUTING for longer than expected: never in the past',
      { phase: 'PHASE_EXECUTING', startTime: at('11:00:00') },
      '12:00:00',
    ],
  ] as const)('of a job that is %s', (_what, job, time) => {
    expect(quoteOf(Job.fromPartial({ quote, ...job }), now)).toEqual(at(time))
  })

  test.each([
    ['unplanned', { phase: 'PHASE_PENDING', quote: { ...quote, taskCount: 0 } }],
    ['QUEUED while no worker takes tasks', { phase: 'PHASE_QUEUED', queuePosition: { jobsAhead: 0 } }],
    ['HELD', { phase: 'PHASE_HELD' }],
    ['SUSPENDED', { phase: 'PHASE_SUSPENDED', startTime: at('11:59:30') }],
    ['over', { phase: 'PHASE_COMPLETED', startTime: at('11:59:30'), endTime: now }],
  ] as const)('of a job that is %s is not known', (_what, job) => {
    expect(quoteOf(Job.fromPartial({ quote, ...job }), now)).toBeUndefined()
  })
})

test('a phase that this server does not know is UNKNOWN', () => {
  expect(phaseOf({ phase: 'UNRECOGNIZED' })).toBe('UNKNOWN')
  expect(phaseOf({ phase: 'PHASE_SUSPENDED' })).toBe('SUSPENDED')
})

test('a duration is told in whole seconds, not less than it is', () => {
  expect(seconds({ seconds: 2n, nanos: 1 })).toBe(3)
  expect(seconds({ seconds: 2n, nanos: 0 })).toBe(2)
})

test('ten thousand results are written in turns with what else the process does', async () => {
  const results = Array.from({ length: 10_000 }, (_, i) => ({
    name: `${NAME}/results/${i}.fits`,
    mediaType: 'x',
  }))
  let turns = 0
  const count = setInterval(() => turns++, 0)
  const document = await text(jobDocument(Job.fromPartial({ name: NAME, results }), ADDRESS))
  clearInterval(count)
  expect(document.match(/<uws:result /g)).toHaveLength(10_000)
  expect(turns).toBeGreaterThan(10)
})
