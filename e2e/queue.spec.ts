import { apiAs, circleInside, type Job } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'
import type { System } from './support/system.ts'

const organization = 'survey-institute'

interface Workers {
  readonly workers: readonly { readonly name: string; readonly state: string }[]
}

/** Asks every worker to pause or resume, and waits until each does. */
async function everyWorker(system: System, verb: 'pause' | 'resume'): Promise<void> {
  const operator = await apiAs(system, 'olivia', 'operator')
  const { workers } = await operator.get<Workers>('operations/workers')
  expect(workers.length).toBeGreaterThan(0)
  for (const { name } of workers) await operator.post(`operations/${name}:${verb}`, {})
  const state = verb === 'pause' ? 'WORKER_STATE_PAUSED' : 'WORKER_STATE_ACTIVE'
  await expect
    .poll(async () =>
      (await operator.get<Workers>('operations/workers')).workers.map((worker) => worker.state),
    )
    .toEqual(workers.map(() => state))
}

test('a queued job shows its place and expected start, and runs when workers take tasks again', async ({
  page,
  system,
  signIn,
}) => {
  const api = await apiAs(system, 'alice', organization)
  const circle = await circleInside(api, organization, 'survey-tile-1', 0.02)
  await signIn('alice')
  await everyWorker(system, 'pause')
  try {
    const first = await api.createJob([
      ['ID', 'survey-tile-1'],
      ['CIRCLE', circle],
    ])
    const second = await api.createJob([
      ['ID', 'survey-tile-1'],
      ['CIRCLE', circle],
    ])
    await page.goto(`/o/${second.name.replace('organizations/', '')}`)
    await expect(page.getByTestId('job-phase')).toHaveText('QUEUED')
    await expect(page.getByTestId('queue-position')).toContainText('1 job ahead')
    expect((await api.get<Job>(first.name)).phase).toBe('PHASE_QUEUED')
    await everyWorker(system, 'resume')
    await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 30_000 })
  } finally {
    await everyWorker(system, 'resume')
  }
})

test('the operator holds a queued job with a reason, releases it, and aborts another', async ({
  page,
  system,
  signIn,
}) => {
  const api = await apiAs(system, 'alice', organization)
  const operator = await apiAs(system, 'olivia', 'operator')
  const circle = await circleInside(api, organization, 'survey-tile-1', 0.02)
  await signIn('alice')
  await everyWorker(system, 'pause')
  try {
    const job = await api.createJob([
      ['ID', 'survey-tile-1'],
      ['CIRCLE', circle],
    ])
    const doomed = await api.createJob([
      ['ID', 'survey-tile-1'],
      ['CIRCLE', circle],
    ])
    await page.goto(`/o/${job.name.replace('organizations/', '')}`)
    await expect(page.getByTestId('job-phase')).toHaveText('QUEUED')
    await operator.post(`operations/${job.name}:hold`, { reason: 'The tape robot is being repaired.' })
    await expect(page.getByTestId('job-phase')).toHaveText('HELD')
    await expect(page.getByTestId('phase-note')).toContainText('The tape robot is being repaired.')
    await operator.post(`operations/${doomed.name}:abort`, { reason: 'The image was withdrawn.' })
    const aborted = await api.get<Job>(doomed.name)
    expect(aborted.phase).toBe('PHASE_ABORTED')
    expect(aborted.error?.reason).toBe('ABORTED_BY_OPERATOR')
    await everyWorker(system, 'resume')
    await operator.post(`operations/${job.name}:release`, {})
    await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 30_000 })
  } finally {
    await everyWorker(system, 'resume')
  }
})

test('the operator sees running work on a page that members cannot open', async ({
  page,
  signIn,
  context,
}) => {
  await signIn('olivia')
  await page.getByRole('link', { name: 'Operations' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Operations' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Workers' }).getByRole('row')).not.toHaveCount(1)
  const worker = page.getByRole('table', { name: 'Workers' }).getByRole('row').nth(1)
  await worker.getByRole('button', { name: /^Pause/ }).click()
  await expect(worker).toContainText('Paused')
  await worker.getByRole('button', { name: /^Resume/ }).click()
  await expect(worker).toContainText('Active')

  await context.clearCookies()
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
  await signIn('alice')
  await expect(page.getByRole('link', { name: 'Operations' })).toHaveCount(0)
  await page.goto('/operations')
  await expect(page.getByText('This page is for the operator')).toBeVisible()
})

test('a shared job and its results open for someone of another organisation, and its log does not', async ({
  page,
  system,
  signIn,
}) => {
  const administrator = await apiAs(system, 'bob', organization)
  const job = await administrator.createJob([
    ['ID', 'survey-tile-2'],
    ['CIRCLE', await circleInside(administrator, organization, 'survey-tile-2', 0.02)],
  ])
  await expect.poll(async () => (await administrator.get<Job>(job.name)).phase).toBe('PHASE_COMPLETED')
  await signIn('erin', `/o/${job.name.replace('organizations/', '')}`)
  await expect(page.getByRole('link', { name: /^Download/ })).toHaveCount(0)
  await expect(page.getByTestId('job-phase')).toHaveCount(0)

  await administrator.post(`${job.name}:share`, { email: 'erin@example.org' })
  await page.goto('/shared')
  await page.getByRole('table', { name: 'Jobs shared with me' }).getByRole('link').first().click()
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED')
  const download = page.waitForEvent('download')
  await page
    .getByRole('button', { name: /^Download .*\.fits$/ })
    .or(page.getByRole('link', { name: /^Download .*\.fits$/ }))
    .first()
    .click()
  expect((await download).suggestedFilename()).toMatch(/\.fits$/)
  const stranger = await apiAs(system, 'erin', 'microwave-lab')
  await expect(stranger.get(`${job.name}/log`)).rejects.toThrow(/403/)
  expect((await administrator.get<{ lines: unknown[] }>(`${job.name}/log`)).lines.length).toBeGreaterThan(0)
})

test('the example service statistics appears as a form and measures several images', async ({
  page,
  signIn,
}) => {
  await signIn('alice', `/o/${organization}/submit`)
  await page.getByText('Statistics', { exact: true }).first().click()
  await page.getByPlaceholder('Choose datasets').click()
  for (const dataset of ['survey-tile-1', 'survey-tile-2']) {
    await page
      .getByRole('option', { name: new RegExp(dataset) })
      .first()
      .click()
  }
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Submit job' }).click()
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 40_000 })
  await expect(
    page
      .getByRole('button', { name: /^Download .*\.csv$/ })
      .or(page.getByRole('link', { name: /^Download .*\.csv$/ }))
      .first(),
  ).toBeVisible()
})
