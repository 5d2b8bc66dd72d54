import type { BrowserContext, Page } from '@playwright/test'
import { type Api, apiAs } from './support/api.ts'
import { expect, signIn, test } from './support/fairlead-test.ts'
import { Received } from './support/received.ts'

const seller = 'survey-institute'
const buyer = 'microwave-lab'
const amount = 12_345n
const shownAmount = '123.45'

interface Balance {
  readonly creditClass: string
  readonly available?: string
  readonly held?: string
}
interface CreditClass {
  readonly name: string
  readonly displayName: string
  readonly decimals?: number
  readonly expired?: boolean
}
interface Transfer {
  readonly name: string
  readonly state: string
  readonly steps?: readonly { readonly action: string; readonly userDisplayName?: string }[]
}
interface Notifications {
  readonly notifications?: readonly {
    readonly eventType: string
    readonly title: string
    readonly link?: string
  }[]
}

const opened: BrowserContext[] = []
test.afterEach(async () => {
  await Promise.all(opened.splice(0).map((context) => context.close()))
})

test('four people agree on a transfer, both sides see it happen, and neither what the operator thinks of it', async ({
  browser,
  baseURL,
  system,
}) => {
  test.setTimeout(360_000)
  const people = {
    carol: await apiAs(system, 'carol', seller),
    erin: await apiAs(system, 'erin', buyer),
    oscar: await apiAs(system, 'oscar', 'operator'),
    diana: await apiAs(system, 'diana', 'operator'),
  }
  const creditClass = await tradedClass(people.carol)
  const before = await balancesOf(people, creditClass)
  const pages = {
    carol: await pageOf('carol', `/o/${seller}/transfers/new?direction=sell&partner=${buyer}`),
    erin: await pageOf('erin', `/o/${buyer}/transfers`),
    oscar: await pageOf('oscar', '/credits'),
    diana: await pageOf('diana', '/credits'),
  }
  const received = [new Received(pages.carol), new Received(pages.erin)]

  const { carol, erin, oscar, diana } = pages
  await carol.getByRole('combobox', { name: 'Class' }).click()
  await carol.getByRole('option', { name: creditClass.displayName, exact: true }).click()
  await carol.getByRole('textbox', { name: 'Credits' }).fill(shownAmount)
  await carol.getByRole('textbox', { name: 'Price of one credit' }).fill('0.5')
  for (const checkbox of await carol.getByRole('checkbox').all()) await checkbox.check()
  await carol.getByRole('button', { name: 'Check and go on' }).click()
  await carol.getByRole('dialog').getByRole('button', { name: 'Propose' }).click()
  await expect(carol).toHaveURL(/\/transfers\/[0-9a-f-]{36}$/)
  await expect(carol.getByTestId('transfer-state')).toHaveText('Proposed')
  const id = carol.url().split('/').at(-1) ?? ''
  expect(await balancesOf(people, creditClass)).toEqual({
    ...before,
    seller: { available: before.seller.available - amount, held: before.seller.held + amount },
  })

  await notified(people.erin, 'credits.transfer_proposed', `/o/${buyer}/transfers/${id}`)
  await erin.goto('/notifications')
  await erin
    .getByRole('main')
    .getByRole('link', { name: /was proposed/ })
    .first()
    .click()
  await expect(erin).toHaveURL(new RegExp(`/o/${buyer}/transfers/${id}$`))
  const turn = erin.getByRole('region', { name: 'Whose turn it is' })
  await turn.getByRole('button', { name: 'Accept' }).click()
  const accepting = erin.getByRole('dialog')
  await expect(accepting.getByRole('checkbox').first()).toBeVisible()
  for (const checkbox of await accepting.getByRole('checkbox').all()) await checkbox.check()
  await accepting.getByRole('button', { name: 'Accept' }).click()
  await expect(erin.getByTestId('transfer-state')).toHaveText('With the operator')
  // The other side's page learns of it by itself.
  await expect(carol.getByTestId('transfer-state')).toHaveText('With the operator')
  await notified(people.carol, 'credits.transfer_accepted', `/o/${seller}/transfers/${id}`)
  await notified(people.oscar, 'credits.transfer_accepted', `/credits/reviews/${id}`)
  const seen = await sidesOf(people, id)

  await oscar.goto(`/credits/reviews/${id}`)
  await oscar.getByRole('textbox', { name: 'Internal comment' }).fill('Confidential-remark-of-the-desk')
  await oscar.getByRole('button', { name: 'Add internal comment' }).click()
  await expect(oscar.getByText('Confidential-remark-of-the-desk')).toBeVisible()
  await oscar.getByRole('button', { name: 'Recommend approval…' }).click()
  const recommending = oscar.getByRole('dialog')
  await recommending.getByRole('textbox', { name: 'Reason' }).fill('Sound-by-all-accounts')
  await recommending.getByRole('button', { name: 'Recommend approval' }).click()
  await expect(oscar.getByText('Sound-by-all-accounts').first()).toBeVisible()
  await notified(people.diana, 'credits.transfer_awaits_decision', `/credits/reviews/${id}`)
  // To both sides nothing has happened: no state, no time, no etag, no step.
  expect(await sidesOf(people, id)).toEqual(seen)
  for (const page of [carol, erin]) {
    await page.reload()
    await expect(page.getByTestId('transfer-state')).toHaveText('With the operator')
  }

  await diana.goto(`/credits/reviews/${id}`)
  await diana.getByRole('button', { name: 'Approve…' }).click()
  await diana.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await expect(carol.getByTestId('transfer-state')).toHaveText('Recorded')
  await expect(erin.getByTestId('transfer-state')).toHaveText('Recorded')

  await notified(people.carol, 'credits.transfer_recorded', `/o/${seller}/transfers/${id}`)
  await notified(people.erin, 'credits.transfer_recorded', `/o/${buyer}/transfers/${id}`)
  expect(await balancesOf(people, creditClass)).toEqual({
    seller: { available: before.seller.available - amount, held: before.seller.held },
    buyer: { available: before.buyer.available + amount, held: before.buyer.held },
  })
  for (const [page, slug, change] of [
    [carol, seller, `−${shownAmount}`],
    [erin, buyer, `+${shownAmount}`],
  ] as const) {
    const balance = (await balancesOf(people, creditClass))[slug === seller ? 'seller' : 'buyer']
    await page.goto(`/o/${slug}/credits`)
    await expect(
      page.getByRole('region', { name: creditClass.displayName, exact: true }).getByTestId('available'),
    ).toContainText(decimal(balance.available, creditClass.decimals ?? 0))
    await page.goto(`/o/${slug}/credits/statement`)
    const line = page.getByRole('row').filter({ has: page.locator(`a[href$="/transfers/${id}"]`) })
    await expect(line.filter({ hasText: change }).first()).toBeVisible()
    await page.goto('/notifications')
    await expect(
      page
        .getByRole('main')
        .getByRole('link', { name: /was recorded/ })
        .first(),
    ).toBeVisible()
    await page.goto(`/o/${slug}/transfers`)
    await expect(page.locator(`a[href$="/transfers/${id}"]`).first()).toBeVisible()
  }

  const { steps = [] } = await people.carol.get<Transfer>(`organizations/${seller}/transfers/${id}`)
  expect(
    steps.map(({ action, userDisplayName = '' }) => [
      action.replace('TRANSFER_ACTION_', ''),
      userDisplayName !== '',
    ]),
  ).toEqual([
    ['PROPOSE', true],
    ['ACCEPT', true],
    ['APPROVE', false],
    ['RECORD', false],
  ])
  for (const each of received) {
    const texts = await each.texts()
    // That the search would find it: what the members wrote themselves is there.
    expect(texts.filter((text) => text.includes(id)).length).toBeGreaterThan(3)
    for (const text of texts) {
      expect(text).not.toMatch(/recommend|Confidential-remark|Sound-by-all-accounts|\boscar\b|\bdiana\b/i)
    }
  }

  async function pageOf(username: string, at: string): Promise<Page> {
    const context = await browser.newContext(baseURL === undefined ? {} : { baseURL })
    opened.push(context)
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await signIn(page, username, at)
    expect(problems).toEqual([])
    return page
  }
})

/** A class that both sides have enough of, and that is good. */
async function tradedClass(api: Api): Promise<CreditClass> {
  const { creditClasses } = await api.get<{ creditClasses: CreditClass[] }>('creditClasses')
  const { balances } = await api.get<{ balances: Balance[] }>(`organizations/${seller}/creditBalances`)
  const found = creditClasses.find(
    ({ name, expired, decimals }) =>
      expired !== true &&
      decimals === 2 &&
      balances.some(
        ({ creditClass, available }) => creditClass === name && BigInt(available ?? 0) > amount * 2n,
      ),
  )
  if (found === undefined) throw new Error('the demo organisations have no credits to trade')
  return found
}

async function balancesOf(people: { readonly carol: Api; readonly erin: Api }, { name }: CreditClass) {
  const of = async (api: Api, slug: string) => {
    const { balances } = await api.get<{ balances: Balance[] }>(`organizations/${slug}/creditBalances`)
    const { available = '0', held = '0' } = balances.find(({ creditClass }) => creditClass === name) ?? {}
    return { available: BigInt(available), held: BigInt(held) }
  }
  return { seller: await of(people.carol, seller), buyer: await of(people.erin, buyer) }
}

/** All that the two sides are told of a transfer, of their lists and of their inboxes. */
async function sidesOf(people: { readonly carol: Api; readonly erin: Api }, id: string): Promise<unknown[]> {
  const of = async (api: Api, slug: string) => [
    await api.get(`organizations/${slug}/transfers/${id}`),
    await api.get(`organizations/${slug}/transfers`),
    await api.get('users/me/inbox'),
  ]
  return [...(await of(people.carol, seller)), ...(await of(people.erin, buyer))]
}

async function notified(api: Api, eventType: string, link: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { notifications = [] } = await api.get<Notifications>('users/me/notifications')
        return notifications.filter((each) => each.eventType === eventType && each.link === link).length
      },
      { message: `told of ${eventType}`, timeout: 30_000 },
    )
    .toBe(1)
}

/** As a page shows it: "1,234.50". */
function decimal(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
}
