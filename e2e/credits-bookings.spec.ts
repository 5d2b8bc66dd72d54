import { rm, writeFile } from 'node:fs/promises'
import { type Api, apiAs } from './support/api.ts'
import { expect, signIn, test } from './support/fairlead-test.ts'

const organization = 'microwave-lab'

interface Balance {
  readonly creditClass: string
  readonly available?: string
}
interface CreditClass {
  readonly name: string
  readonly displayName: string
  readonly expired?: boolean
}
interface Notifications {
  readonly notifications?: readonly { readonly eventType: string; readonly link?: string }[]
}

async function usableClass(api: Api): Promise<CreditClass> {
  const { creditClasses } = await api.get<{ creditClasses: CreditClass[] }>('creditClasses')
  const found = creditClasses.find(({ expired }) => expired !== true)
  if (found === undefined) throw new Error('there is no class of credits that is good')
  return found
}

async function availableOf(api: Api, { name }: CreditClass): Promise<bigint> {
  const { balances } = await api.get<{ balances: Balance[] }>(`organizations/${organization}/creditBalances`)
  return BigInt(balances.find(({ creditClass }) => creditClass === name)?.available ?? 0)
}

async function notified(api: Api, eventType: string): Promise<string | undefined> {
  const { notifications = [] } = await api.get<Notifications>('users/me/notifications')
  return notifications.find((each) => each.eventType === eventType)?.link
}

const csv = (...lines: string[]) => ({
  name: 'call-12.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(['organization,credit_class,amount,reference', ...lines].join('\r\n')),
})

test('credits are issued from a file that one person draws up and another approves', async ({
  page,
  browser,
  baseURL,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(180_000)
  const erin = await apiAs(system, 'erin', organization)
  const oscar = await apiAs(system, 'oscar', 'operator')
  const diana = await apiAs(system, 'diana', 'operator')
  const creditClass = await usableClass(erin)
  const code = creditClass.name.split('/')[1] ?? ''
  const before = await availableOf(erin, creditClass)

  await signInHere('oscar', '/credits/bookings/new?kind=award')
  await page.getByRole('textbox', { name: 'Title' }).fill('Award of call 12')
  await page.getByRole('textbox', { name: 'Reason' }).fill('Decided by the committee.')
  await page.getByText('CSV file', { exact: true }).click()
  const file = page.locator('input[type=file]')

  await file.setInputFiles(
    csv(`${organization},${code},10.005,a`, `nobody,${code},1,b`, `${organization},${code},-1,c`),
  )
  const problems = page.getByRole('table', { name: 'Problems' })
  await expect(problems.getByRole('row', { name: /^2 amount Has 3 decimals/ })).toBeVisible()
  await expect(problems.getByRole('row', { name: /^3 organization There is no organisation/ })).toBeVisible()
  await expect(problems.getByRole('row', { name: /^4 amount Must be more than 0/ })).toBeVisible()
  await expectAccessible('a file with problems')

  await file.setInputFiles(csv(`${organization},${code},10.05,a`, `${organization},${code},2,b`))
  await expect(page.getByText('All 2 rows are right.')).toBeVisible()
  await page.getByRole('button', { name: 'Send for approval' }).click()
  await expect(page).toHaveURL(/\/credits\/bookings\/[0-9a-f-]{36}$/)
  const path = new URL(page.url()).pathname
  await expect(page.getByRole('button', { name: 'Withdraw…' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Approve…' })).toHaveCount(0)
  expect(await availableOf(erin, creditClass)).toBe(before)

  await expect.poll(() => notified(diana, 'credits.booking_submitted')).toBe(path)
  const context = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) })
  const directors = await context.newPage()
  await signIn(directors, 'diana', path)
  await expect(directors.getByText('call-12.csv')).toBeVisible()
  await directors.getByRole('button', { name: 'Approve…' }).click()
  await directors.getByRole('dialog').getByRole('button', { name: 'Approve and book' }).click()
  await expect(directors.getByText(/Diana .* approved it, and it is booked/)).toBeVisible()
  await context.close()

  // Whoever drew it up sees it happen.
  await expect(page.getByText(/Diana .* approved it, and it is booked/)).toBeVisible({ timeout: 20_000 })
  expect(await availableOf(erin, creditClass)).toBe(before + 1_205n)
  await expect.poll(() => notified(oscar, 'credits.booking_decided')).toBe(path)
  await expect
    .poll(() => notified(erin, 'credits.credits_issued'))
    .toBe(`/o/${organization}/credits/statement`)
})

test('what is not a file of a booking is refused before it is sent', async ({
  page,
  signIn: signInHere,
}, testInfo) => {
  await signInHere('oscar', '/credits/bookings/new')
  await page.getByText('CSV file', { exact: true }).click()
  const file = page.locator('input[type=file]')
  const million = testInfo.outputPath('million.csv')
  await writeFile(million, `organization,credit_class,amount,reference${'\nlab,cpu,1,row'.repeat(1_000_000)}`)
  await file.setInputFiles(million)
  await expect(page.getByRole('alert')).toContainText('a file may have 2 MiB and 10,000 rows')
  await rm(million)
  await file.setInputFiles({ name: 'sky.csv', mimeType: 'text/csv', buffer: Buffer.from('%PDF-1.7\n%') })
  await expect(page.getByRole('table', { name: 'Problems' })).toContainText(
    'The first line must be organization',
  )
})
