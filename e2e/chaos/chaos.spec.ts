import { expect, test } from '@playwright/test'
import { makePlan } from './plan.ts'
import { seedText } from './report.ts'
import { runSeed } from './run-seed.ts'

const SEED = 1
const JOBS = 40

test('whatever is killed, every job ends exactly once and nothing is lost', async () => {
  test.setTimeout(420_000)
  const report = await runSeed(makePlan(SEED, JOBS), test.info().outputPath('logs'))
  expect(report.violations, seedText(report)).toEqual([])
  expect(Object.keys(report.kills).sort()).toEqual(['backend', 'envoy', 'postgres', 'worker'])
})
