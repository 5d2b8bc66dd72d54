import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { startTestIssuer, type TestIssuer } from '../../../testing/issuer.ts'
import { Agents } from './agents.ts'
import { explain } from './explain.ts'
import { firstModel, stateText } from './model.ts'
import { prepare, runSeed } from './run-seed.ts'

let database: TestDatabase
let issuer: TestIssuer
let agents: Agents

beforeAll(async () => {
  database = await createTestDatabase()
  issuer = await startTestIssuer()
  agents = new Agents(2)
  await prepare({ ...database, issuer, agents })
}, 180_000)
afterAll(async () => {
  await agents.stop()
  await issuer.stop()
  await database.drop()
})

test.each([1, 2, 3])(
  'whatever is done at the same time and killed in between, some order explains it: seed %i',
  async (seed) => {
    const report = await runSeed({ seed, rounds: 25, killChance: 0.06, ...database, issuer, agents })
    expect(report.violations).toEqual([])
    expect(report.transactions).toBeGreaterThan(5)
  },
  180_000,
)

const hold = {
  does: 'hold',
  job: '00000000-0000-4000-8000-000000000001',
  organization: 'north',
  creditClass: 'steady',
  amount: 60n,
} as const
const other = { ...hold, job: '00000000-0000-4000-8000-000000000002' }
const rich = { ...firstModel, available: new Map([['north/steady', 100n]]) }
const done = { kind: 'done' } as const
const refused = { kind: 'refused', code: 'hold', reason: 'INSUFFICIENT_CREDITS' } as const

function textWith(available: bigint, forJobs: bigint): string {
  const lines = stateText(rich).split('\n')
  return lines
    .map((line) => (line.startsWith('north/steady') ? `north/steady ${available} ${forJobs}+0` : line))
    .sort()
    .join('\n')
}

test('of two holds of which one fits, either may be refused, and not both or none', () => {
  const told = [
    { action: hold, outcome: done },
    { action: other, outcome: refused },
  ]
  expect(explain(rich, told, textWith(40n, 60n))).toBeDefined()
  expect(explain(rich, told.toReversed(), textWith(40n, 60n))).toBeDefined()
  const both = told.map(({ action }) => ({ action, outcome: done }))
  expect(explain(rich, both, textWith(-20n, 120n))).toBeUndefined()
  const none = told.map(({ action }) => ({ action, outcome: refused }))
  expect(explain(rich, none, textWith(100n, 0n))).toBeUndefined()
})

test('what was lost may have happened or not, and leaves what it says', () => {
  const told = [{ action: hold, outcome: { kind: 'lost' } as const }]
  expect(explain(rich, told, textWith(100n, 0n))).toBeDefined()
  expect(explain(rich, told, textWith(40n, 60n))).toBeDefined()
  expect(explain(rich, told, textWith(40n, 0n))).toBeUndefined()
})
