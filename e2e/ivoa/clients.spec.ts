import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { apiAs } from '../support/api.ts'
import { systemUnderTest } from '../support/system.ts'
import { type PythonEnvironment, pythonEnvironment, runJourney } from './python-environment.ts'

const ORGANIZATION = 'survey-institute'
const DATASET = 'survey-tile-1'
const standards =
  process.env['FAIRLEAD_STANDARDS'] ?? join(import.meta.dirname, '../../../shared/data/standards')

interface Journeys {
  readonly journey: (script: string, ...args: string[]) => Promise<string>
}

const test = base.extend<Journeys, { readonly environment: PythonEnvironment }>({
  environment: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern
    async ({}, use) => use(await pythonEnvironment()),
    // The first time, packages are fetched.
    { scope: 'worker', timeout: 300_000 },
  ],
  journey: async ({ environment: { python, problem } }, use, testInfo) => {
    testInfo.skip(python === undefined, problem)
    const system = systemUnderTest()
    await use(async (script, ...args) => {
      const api = await apiAs(system, 'alice', ORGANIZATION)
      const { coverage } = await api.get<{ coverage: { center: { raDeg: number; decDeg: number } } }>(
        `organizations/${ORGANIZATION}/datasets/${DATASET}`,
      )
      const settings = {
        url: system.url,
        token: await system.token('alice'),
        dataset: DATASET,
        center: [coverage.center.raDeg, coverage.center.decDeg],
        standards,
      }
      const said = await runJourney(python ?? '', script, settings, args)
      console.log(said.trimEnd())
      return said
    })
  },
})

test.describe.configure({ timeout: 180_000 })

test('pyvo finds a dataset’s services, cuts it at once and as a job, and tidies up', async ({ journey }) => {
  expect(await journey('pyvo_journey.py')).toContain('its pixels equal those of the answer at once')
})

test('pyvo cuts a cube by wavelength', async ({ journey }) => {
  expect(await journey('pyvo_cube.py')).toContain('planes')
})

test('uws-client lists, creates, runs, waits for, aborts and deletes jobs', async ({ journey }) => {
  expect(await journey('uws_client_journey.py')).toContain('deleted both')
})

test('every XML answer of a whole journey validates against the schemas of its standard', async ({
  journey,
}) => {
  test.skip(!existsSync(join(standards, 'UWS.xsd')), `the IVOA schemas are not in ${standards}`)
  const said = await journey('validated_journey.py', ORGANIZATION)
  expect(Number(/validated (\d+) documents in all/.exec(said)?.[1])).toBeGreaterThan(60)
})

test('the commands of docs/soda.md do what it says', async ({ journey }) => {
  expect(await journey('documented.py')).toContain('curl')
})
