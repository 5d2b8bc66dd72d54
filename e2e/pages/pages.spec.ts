import { apiAs, circleInside, type Job } from '../support/api.ts'
import { expect, test } from '../support/fairlead-test.ts'

const organization = 'survey-institute'
const screenshots = 'test-results/pages'

const registry = 'registry.example.org/survey'

test.use({
  // The other specs kill parts of theirs.
  ownSystem: true,
  systemEnvironment: { FAIRLEAD_ALGORITHM_REGISTRIES: registry },
  // Recording each of many pages costs as much as looking at it; what failed is named, and pictures are taken here.
  trace: 'on-first-retry',
})

/** Of which nothing runs here. */
function algorithmOf(displayName: string) {
  return {
    displayName,
    description: 'Finds the sources above a threshold, and leaves a table of their fluxes.',
    image: `${registry}/measure@sha256:${'0123456789abcdef'.repeat(4)}`,
    command: ['python', '/measure.py'],
    parameters: [
      { name: 'SIGMA', kind: 'PARAMETER_KIND_NUMBER', minimum: 0, maximum: 10, defaultValue: '2.5' },
      { name: 'MODE', kind: 'PARAMETER_KIND_ENUM', values: ['fast', 'careful'], defaultValue: 'fast' },
    ],
    inputs: [{ name: 'tile', description: 'A FITS image', maxFiles: 1 }],
    environment: 'environments/small',
    datasets: ['survey-*'],
  }
}

for (const width of [1440, 390]) {
  test(`every page at ${width} px, in light and dark, is accessible and does not scroll sideways`, async ({
    page,
    system,
    signIn,
    expectAccessible,
  }) => {
    test.setTimeout(600_000)
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
    const api = await apiAs(system, 'bob', organization)
    const job = await api.createJob([
      ['ID', 'survey-tile-1'],
      ['CIRCLE', await circleInside(api, organization, 'survey-tile-1', 0.03)],
    ])
    await expect.poll(async () => (await api.get<Job>(job.name)).phase).toBe('PHASE_COMPLETED')

    // Of the demo data.
    const { transfers } = await api.get<{ transfers: { name: string }[] }>(
      `organizations/${organization}/transfers?states=TRANSFER_STATE_PROPOSED`,
    )
    const transfer = transfers[0]?.name.replace('organizations/', '')
    expect(transfer, 'a transfer that is proposed').toBeDefined()

    const { files } = await api.get<{ files: { name: string }[] }>(
      `organizations/${organization}/files?allFolders=true`,
    )
    const file = files[0]?.name.replace('organizations/', '')
    expect(file, 'a file').toBeDefined()

    // Beside the people of the demo data, somebody whose name does not fit.
    const person = await api.post<{ name: string }>(`organizations/${organization}/persons`, {
      displayName: 'Wolfeschlegelsteinhausenbergerdorff-Maria-Magdalena von und zu Hohenstaufen',
      externalId: `page-${width}`,
    })
    await api.post(`organizations/${organization}/devices`, {
      person: person.name,
      displayName: 'Tracker',
      externalId: `page-${width}`,
    })

    const operator = await apiAs(system, 'olivia', 'operator')
    const algorithms = `organizations/${organization}/algorithms`
    const algorithm = `measure-${width}`
    const { name: version } = await api.post<{ name: string }>(algorithms, {
      algorithmId: algorithm,
      spec: algorithmOf('Measure tiles'),
    })
    await operator.post('algorithms:review', { name: version, decision: 'ALGORITHM_STATE_APPROVED' })
    await api.post(algorithms, {
      algorithmId: algorithm,
      spec: algorithmOf('Measure tiles with a name that does not fit into the column that it stands in'),
    })
    const workflow = `tiles-${width}`
    await api.post(`organizations/${organization}/workflows`, {
      workflowId: workflow,
      spec: {
        displayName: 'Measure a survey twice',
        inputs: [{ name: 'image', description: 'What is measured' }],
        steps: ['first', 'second'].map((name) => ({
          name,
          algorithm: `${algorithm}@1`,
          inputs: [{ name: 'tile', from: name === 'first' ? 'inputs.image' : 'steps.first' }],
        })),
      },
    })

    const look = async (name: string) => {
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.getByTestId('loading')).toHaveCount(0)
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect.soft(excess, `${name} scrolls sideways`).toBeLessThanOrEqual(0)
      await lookInBoth(name)
    }
    const lookInBoth = async (name: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        // The identity provider's pages have no such mark: they follow the medium by CSS alone.
        if (name !== 'provider') {
          await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
        }
        await page.screenshot({ path: `${screenshots}/${name}-${width}-${colorScheme}.png` })
        // Of what axe looks for, only contrast depends on the colours.
        await expectAccessible(`${name} in ${colorScheme}`, colorScheme === 'dark' ? ['color-contrast'] : [])
      }
    }

    await page.goto('/')
    await look('sign-in')
    await page.getByRole('button', { name: 'Sign in' }).first().click()
    await expect(page.getByRole('textbox', { name: 'Username' })).toBeVisible()
    await lookInBoth('provider')

    await signIn('bob', `/o/${organization}`)
    await look('overview')
    for (const [name, path] of Object.entries({
      datasets: `/o/${organization}/datasets`,
      submit: `/o/${organization}/submit`,
      jobs: `/o/${organization}/jobs`,
      job: `/o/${job.name.replace('organizations/', '')}`,
      organization: `/o/${organization}/organization`,
      credits: `/o/${organization}/credits`,
      statement: `/o/${organization}/credits/statement`,
      report: `/o/${organization}/credits/report`,
      transfers: `/o/${organization}/transfers`,
      propose: `/o/${organization}/transfers/new`,
      transfer: `/o/${transfer}`,
      'locations-reason': `/o/${organization}/locations`,
      'locations-imports': `/o/${organization}/locations/imports`,
      'locations-persons': `/o/${organization}/locations/persons`,
      'locations-person': `/o/${organization}/locations/${person.name.replace(/^.*persons/, 'persons')}`,
      'locations-policy': `/o/${organization}/locations/policy`,
      'locations-looks': `/o/${organization}/locations/looks`,
      'my-locations': '/account/locations',
      files: `/o/${organization}/files`,
      file: `/o/${file}`,
      'files-trash': `/o/${organization}/files?trash`,
      workflows: `/o/${organization}/workflows`,
      workflow: `/o/${organization}/workflows/${workflow}`,
      'workflow-new': `/o/${organization}/workflows/new`,
      'workflow-edit': `/o/${organization}/workflows/${workflow}/edit`,
      'workflow-run': `/o/${organization}/submit?service=workflow&WORKFLOW=${workflow}@1`,
      algorithms: `/o/${organization}/algorithms`,
      algorithm: `/o/${organization}/algorithms/${algorithm}`,
      'algorithm-new': `/o/${organization}/algorithms/new`,
      'algorithm-next': `/o/${organization}/algorithms/new?from=${algorithm}@1`,
      'algorithm-run': `/o/${organization}/submit?service=workflow&ALGORITHM=${algorithm}@1`,
      environments: `/o/${organization}/environments`,
      shared: '/shared',
      'shared-files': '/shared/files',
      account: '/account',
      notifications: '/notifications',
      preferences: '/notifications/preferences',
      unsubscribe: '/unsubscribe?token=torn',
      api: '/api/docs',
      absent: '/no/such/page',
    })) {
      await page.goto(path)
      await look(name)
    }
    await page.goto(`/o/${organization}/datasets/microwave-sky`)
    await expect(page.getByTestId('sky-view')).toHaveAttribute('data-ready', 'true', { timeout: 30_000 })
    await page.getByRole('combobox', { name: 'Colour map' }).click()
    await page.getByRole('option', { name: 'inferno' }).click()
    await page.getByRole('button', { name: 'Circle in the middle' }).click()
    await expect(page.getByRole('button', { name: 'Cut out' })).toBeEnabled()
    await look('sky-view')

    await page.goto(`/o/${organization}/datasets/spectral-cube`)
    await expect(page.getByTestId('sky-view')).toHaveAttribute('data-ready', 'true', { timeout: 30_000 })
    await page.getByRole('slider', { name: 'Plane' }).press('ArrowRight')
    await expect(page.getByText('Plane 2 of 64')).toBeVisible()
    await expect(page.getByText('655.9 nm')).toBeVisible()
    await expect(page.getByTestId('sky-view')).toHaveAttribute('data-ready', 'true', { timeout: 30_000 })
    await look('cube')

    const kept = await api.createJob(
      [
        ['ID', 'survey-tile-1'],
        ['CIRCLE', await circleInside(api, organization, 'survey-tile-1', 0.03)],
      ],
      { keepPending: true },
    )
    await operator.post(`operations/${kept.name}:hold`, { reason: 'The tape robot is being repaired.' })
    await page.context().clearCookies()
    await page.evaluate(() => {
      localStorage.clear()
      sessionStorage.clear()
    })
    await signIn('olivia', '/operations')
    const held = page
      .getByRole('table', { name: 'Jobs that have not ended' })
      .getByRole('row', { name: new RegExp(kept.name.slice(-8)) })
    await expect(held).toContainText('The tape robot is being repaired.')
    await look('operations')
    await held.getByRole('button', { name: /^Actions on/ }).press('Enter')
    await page.getByRole('menuitem', { name: 'Release the job' }).press('Enter')
    await expect(held).toHaveCount(0)
    expect((await api.get<Job>(kept.name)).phase).toBe('PHASE_PENDING')

    await page.goto('/operations?view=delivery')
    await expect(page.getByRole('tab', { name: /^Delivery/ })).toHaveAttribute('aria-selected', 'true')
    await look('delivery')
    await page.goto('/operations?view=locations')
    await expect(page.getByRole('tab', { name: 'Locations' })).toHaveAttribute('aria-selected', 'true')
    await look('locations-ingest')
    await page.goto('/announcements')
    await look('announcements')
    for (const view of ['quarantine', 'storage', 'policies']) {
      await page.goto(`/operator/quarantine?view=${view}`)
      await look(`operator-files-${view}`)
    }

    await page.goto('/operator/workflows')
    await look('desk-algorithms')
    await page.goto('/operator/workflows?view=environments')
    await look('desk-environments')

    // Of the demo data, as is all that the credits desk shows.
    const first = async (path: string, list: string) => {
      const found = await operator.get<Record<string, { name: string }[]>>(path)
      const name = found[list]?.[0]?.name
      expect(name, `something of ${path}`).toBeDefined()
      return name?.replace(/^.*\//, '') ?? ''
    }
    for (const [name, path] of Object.entries({
      reviews: '/credits',
      review: `/credits/reviews/${await first('transferReviews', 'reviews')}`,
      bookings: '/credits?view=bookings',
      'new-booking': '/credits/bookings/new',
      booking: `/credits/bookings/${await first('creditBookings?states=BOOKING_STATE_SUBMITTED', 'bookings')}`,
      ledger: '/credits?view=ledger',
      transaction: `/credits/transactions/${await first('creditTransactions', 'transactions')}`,
      accounts: '/credits?view=accounts',
      prices: '/credits?view=prices',
      compliance: '/credits?view=report',
    })) {
      await page.goto(path)
      await look(`desk-${name}`)
    }
  })
}
