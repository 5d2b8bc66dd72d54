import { apiAs, circleInside, type Job } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'

const organization = 'survey-institute'
const whileServersDie = /Failed to load resource|net::ERR|ERR_/

test.describe('the page heals by itself', () => {
  for (const child of ['backend', 'envoy'] as const) {
    test(`when ${child} is killed it says so within 20 s and then shows the right state`, async ({
      page,
      system,
      signIn,
      expectConsole,
    }) => {
      expectConsole(whileServersDie)
      const api = await apiAs(system, 'alice', organization)
      const circle = await circleInside(api, organization, 'survey-tile-1', 0.02)
      const job = await api.createJob(
        [
          ['ID', 'survey-tile-1'],
          ['CIRCLE', circle],
        ],
        { keepPending: true },
      )
      await signIn('alice', pageOf(job))
      await expect(page.getByTestId('job-phase')).toHaveText('PENDING')

      await system.kill(child)
      await expect(page.getByText(/reconnecting/i).first()).toBeVisible({ timeout: 20_000 })
      await system.recovered(child)
      await api.post(`${job.name}:run`, {})
      await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 40_000 })
      await expect(page.getByText(/reconnecting/i)).toHaveCount(0)
    })
  }
})

test('a job whose worker is killed in the middle finishes once, with every result once', async ({
  page,
  system,
  signIn,
}) => {
  const api = await apiAs(system, 'alice', organization)
  const stencils = 60
  const { coverage } = await api.get<{ coverage: { center: { raDeg: number; decDeg: number } } }>(
    `organizations/${organization}/datasets/microwave-sky`,
  )
  const { raDeg, decDeg } = coverage.center
  const parameters = [
    ['ID', 'microwave-sky'],
    ...Array.from(
      { length: stencils },
      (_, index) => ['CIRCLE', `${raDeg} ${decDeg} ${(0.5 + index * 0.01).toFixed(2)}`] as const,
    ),
  ] as const
  const job = await api.createJob(parameters, { keepPending: true })
  await signIn('alice', pageOf(job))
  await expect(page.getByTestId('job-phase')).toHaveText('PENDING')
  await api.post(`${job.name}:run`, {})
  await expect.poll(async () => (await api.get<Job>(job.name)).phase).toBe('PHASE_EXECUTING')
  await system.kill('worker')
  expect((await api.get<Job>(job.name)).phase, 'in the middle').toBe('PHASE_EXECUTING')
  await system.recovered('worker')
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 80_000 })

  const ended = await api.get<Job>(job.name)
  const names = (ended.results ?? [])
    .map((result) => result.fileName)
    .filter((name) => name.endsWith('.fits'))
  expect(new Set(names).size).toBe(stencils)
  expect(names).toHaveLength(stencils)
})

test('a page that is closed frees its streams on the server within 20 s', async ({
  page,
  system,
  signIn,
}) => {
  const open = /^fairlead_open_streams/
  const api = await apiAs(system, 'alice', organization)
  const job = await api.createJob(
    [
      ['ID', 'survey-tile-1'],
      ['CIRCLE', await circleInside(api, organization, 'survey-tile-1', 0.02)],
    ],
    { keepPending: true },
  )
  await expect.poll(() => system.metric(open), { timeout: 20_000 }).toBe(0)
  await signIn('alice', pageOf(job))
  await expect(page.getByTestId('job-phase')).toHaveText('PENDING')
  await expect.poll(() => system.metric(open)).toBeGreaterThan(0)
  await page.close()
  await expect.poll(() => system.metric(open), { timeout: 20_000 }).toBe(0)
})

function pageOf(job: Job): string {
  return `/o/${job.name.replace('organizations/', '')}`
}
