import { type Api, apiAs, circleInside, type Job } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'

const member = 'survey-institute'
const short = 'microwave-lab'

interface Charge {
  readonly creditClass: string
  readonly atMost?: string
  readonly held?: string
  readonly captured?: string
  readonly transaction?: string
}
interface PaidJob extends Job {
  readonly charge?: Charge
  readonly note?: { readonly reason: string }
}
interface Balance {
  readonly creditClass: string
  readonly available?: string
  readonly held?: string
}
interface Line {
  readonly transaction: string
  readonly kind: string
  readonly availableChange?: string
  readonly heldChange?: string
  readonly reference?: string
}
interface Transfer {
  readonly name: string
  readonly state: string
}

test('a job is quoted, its price is held, and what it used is paid and stands in the statement', async ({
  page,
  system,
  signIn,
}) => {
  test.setTimeout(120_000)
  const api = await apiAs(system, 'alice', member)
  const circle = await circleInside(api, member, 'survey-tile-1', 0.02)
  await signIn(
    'alice',
    `/o/${member}/submit?${new URLSearchParams({ service: 'cutout', ID: 'survey-tile-1', CIRCLE: circle })}`,
  )
  const quote = page
    .getByRole('region', { name: 'Quote' })
    .or(page.locator('section', { hasText: 'Quote' }))
    .last()
  await expect(quote).toContainText(/at most [\d,.]+ credits/)
  await expect(quote).toContainText(/[\d,.]+ credits of Computing/)
  await page.getByRole('button', { name: 'Submit job' }).click()
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/)
  const id = page.url().split('/').at(-1) ?? ''
  const name = `organizations/${member}/jobs/${id}`

  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 40_000 })
  const { charge } = await api.get<PaidJob>(name)
  const [atMost, captured] = [BigInt(charge?.atMost ?? 0), BigInt(charge?.captured ?? 0)]
  expect(captured).toBeGreaterThan(0n)
  expect(captured).toBeLessThanOrEqual(atMost)
  expect(BigInt(charge?.held ?? 0)).toBe(0n)

  const lines = await linesOf(api, member, name)
  expect(lines.map(({ kind }) => kind)).toEqual(['TRANSACTION_KIND_JOB_CAPTURE', 'TRANSACTION_KIND_JOB_HOLD'])
  const [paid, held] = lines
  expect(held).toMatchObject({ availableChange: String(-atMost), heldChange: String(atMost) })
  expect(BigInt(paid?.availableChange ?? 0)).toBe(atMost - captured)
  expect(BigInt(paid?.heldChange ?? 0)).toBe(-atMost)
  expect(paid?.transaction).toBe(charge?.transaction)

  await page.getByRole('link', { name: /credits paid/ }).click()
  await expect(page).toHaveURL(new RegExp(`/credits/statement\\?about=jobs/${id}$`))
  await expect(page.getByRole('row')).toHaveCount(3)
  await page.locator(`a[href$="/jobs/${id}"]`).first().click()
  await expect(page).toHaveURL(new RegExp(`/o/${member}/jobs/${id}$`))
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED')
})

test('a job that its organisation cannot pay waits, and goes on when credits are bought', async ({
  page,
  system,
  signIn,
}) => {
  test.setTimeout(180_000)
  const dave = await apiAs(system, 'dave', short)
  const people = {
    carol: await apiAs(system, 'carol', member),
    erin: await apiAs(system, 'erin', short),
    oscar: await apiAs(system, 'oscar', 'operator'),
    diana: await apiAs(system, 'diana', 'operator'),
  }
  const declarations = await declarationsOf(people.erin)
  // All that there is stands in offers to others, and pays for nothing meanwhile.
  const offers: Transfer[] = []
  try {
    let creditClass = ''
    for (const balance of await balancesOf(people.erin, short)) {
      const available = BigInt(balance.available ?? 0)
      if (available === 0n) continue
      creditClass = balance.creditClass
      offers.push(await propose(people.erin, short, member, creditClass, available, declarations))
    }
    const circle = await circleInside(dave, short, 'microwave-sky', 0.5)
    const job = (await dave.createJob([
      ['ID', 'microwave-sky'],
      ['CIRCLE', circle],
    ])) as PaidJob
    await signIn('dave', `/o/${job.name.replace('organizations/', '')}`)
    await expect(page.getByTestId('job-phase')).toHaveText('HELD')
    await expect(page.getByTestId('phase-note')).toContainText('The job waits for credits')
    await expect(page.getByTestId('phase-note')).toContainText('INSUFFICIENT_CREDITS')
    expect(await linesOf(dave, short, job.name)).toEqual([])

    const needed = BigInt((await dave.get<PaidJob>(job.name)).charge?.atMost ?? 0)
    expect(needed).toBeGreaterThan(0n)
    const payingClass = (await dave.get<PaidJob>(job.name)).charge?.creditClass ?? creditClass
    const sale = await propose(people.carol, member, short, payingClass, needed, declarations)
    const id = sale.name.split('/').at(-1) ?? ''
    await people.erin.post(`organizations/${short}/transfers/${id}:accept`, { declarations })
    await people.oscar.post(`transferReviews/${id}:recommend`, { approval: true, reason: 'Fine.' })
    // Nothing has been bought yet.
    expect((await dave.get<PaidJob>(job.name)).phase).toBe('PHASE_HELD')
    await people.diana.post(`transferReviews/${id}:approve`, {})
    expect((await people.erin.get<Transfer>(`organizations/${short}/transfers/${id}`)).state).toBe(
      'TRANSFER_STATE_RECORDED',
    )

    await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 60_000 })
    await expect(page.getByTestId('phase-note')).toHaveCount(0)
    const { charge } = await dave.get<PaidJob>(job.name)
    const captured = BigInt(charge?.captured ?? 0)
    expect(captured).toBeGreaterThan(0n)
    expect(captured).toBeLessThanOrEqual(needed)
    const left = (await balancesOf(people.erin, short)).find((each) => each.creditClass === payingClass)
    expect(BigInt(left?.available ?? 0)).toBe(needed - captured)
  } finally {
    for (const { name } of offers) await people.erin.post(`${name}:rescind`, { reason: '' })
  }
})

async function balancesOf(api: Api, organization: string): Promise<readonly Balance[]> {
  const { balances = [] } = await api.get<{ balances?: Balance[] }>(
    `organizations/${organization}/creditBalances`,
  )
  return balances
}

/** Newest first. */
async function linesOf(api: Api, organization: string, reference: string): Promise<readonly Line[]> {
  const { lines = [] } = await api.get<{ lines?: Line[] }>(
    `organizations/${organization}/creditStatement?reference=${encodeURIComponent(reference)}`,
  )
  return lines
}

async function declarationsOf(api: Api): Promise<string[]> {
  const { declarations = [] } = await api.get<{ declarations?: { name: string }[] }>('creditDeclarations')
  return declarations.map(({ name }) => name)
}

function propose(
  api: Api,
  from: string,
  to: string,
  creditClass: string,
  amount: bigint,
  declarations: readonly string[],
): Promise<Transfer> {
  return api.post(`organizations/${from}/transfers`, {
    direction: 'TRANSFER_DIRECTION_SELL',
    partner: `organizations/${to}`,
    creditClass,
    amount: String(amount),
    category: 'TRADE_CATEGORY_GIFT',
    declarations,
  })
}
