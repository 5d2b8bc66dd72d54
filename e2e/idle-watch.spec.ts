import type { Request } from '@playwright/test'
import { apiAs, circleInside } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'

// Envoy's limits are shortened so that the idle time is several times theirs; FAIRLEAD_IDLE_WATCH_SECONDS
// asks for a real wait under the real limits instead.
const real = Number(process.env['FAIRLEAD_IDLE_WATCH_SECONDS'] ?? 0)
const idleSeconds = real > 0 ? real : 15

/** How Chromium calls a request that its page aborted. */
const GIVEN_UP = 'net::ERR_ABORTED'

test(`a watch that is idle for ${idleSeconds} s still delivers`, async ({ page, system, signIn }) => {
  test.setTimeout((idleSeconds + 120) * 1000)
  const organization = 'survey-institute'
  const api = await apiAs(system, 'alice', organization)
  const job = await api.createJob(
    [
      ['ID', 'survey-tile-1'],
      ['CIRCLE', await circleInside(api, organization, 'survey-tile-1', 0.02)],
    ],
    { keepPending: true },
  )
  await signIn('alice', `/o/${job.name.replace('organizations/', '')}`)
  await expect(page.getByTestId('job-phase')).toHaveText('PENDING')
  const ends: string[] = []
  const told = (request: Request) => {
    if (request.url().endsWith('/WatchJob')) ends.push(request.failure()?.errorText ?? 'ended by the server')
  }
  page.on('requestfinished', told)
  page.on('requestfailed', told)
  await page.waitForTimeout(idleSeconds * 1000)
  await expect(page.getByText(/reconnecting/i)).toHaveCount(0)
  // A page on a machine that stood still for seconds gives its stream up; without heartbeats it would every 17.5 s.
  expect(
    ends.filter((end) => end !== GIVEN_UP),
    'Envoy ended no stream',
  ).toEqual([])
  expect(ends.length, 'the stream lasted').toBeLessThanOrEqual(2)
  await api.post(`${job.name}:run`, {})
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED')
})
