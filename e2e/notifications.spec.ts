import type { Page } from '@playwright/test'
import { type Api, apiAs, circleInside, type Job } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'
import { mailsTo } from './support/mail.ts'
import type { System } from './support/system.ts'

const organization = 'microwave-lab'
const dataset = 'microwave-sky'

interface Inbox {
  readonly lastSequence: string
  readonly unreadCount: number
}
interface Notifications {
  readonly notifications: readonly {
    readonly sequence: string
    readonly title: string
    readonly eventType: string
  }[]
}

const inboxOf = (api: Api) => api.get<Inbox>('users/me/inbox')
const bell = (page: Page) => page.getByRole('button', { name: /^Notifications/ })
const titles = (page: Page) =>
  page
    .getByRole('main')
    .getByRole('listitem')
    .getByRole('link', { name: /completed/ })

/** Runs a job of that name to its end. */
async function runJob(api: Api, runId: string): Promise<Job> {
  const circle = await circleInside(api, organization, dataset, 0.5)
  const parameters = [
    ['ID', dataset],
    ['CIRCLE', circle],
  ] as const
  const job = await api.createJob(parameters, { runId })
  await expect
    .poll(async () => (await api.get<Job>(job.name)).phase, { timeout: 30_000 })
    .toBe('PHASE_COMPLETED')
  return job
}

/** Marks all as read, so that what is unread afterwards is the test's own. */
async function readAll(system: System, username: string, home: string): Promise<Api> {
  const api = await apiAs(system, username, home)
  await api.post('users/me/notifications:markAllRead', { upToSequence: (await inboxOf(api)).lastSequence })
  return api
}

async function mailPreference(api: Api): Promise<string | undefined> {
  const { events } = await api.get<{ events: { eventType: string; mail: string }[] }>(
    'users/me/notificationPreferences',
  )
  return events.find(({ eventType }) => eventType === 'jobs.completed')?.mail
}

test('what ends while a tab is offline appears there once, in order; another tab agrees; mail went out', async ({
  page,
  context,
  system,
  signIn,
  expectConsole,
}) => {
  expectConsole(/ERR_INTERNET_DISCONNECTED|WebSocket connection to/)
  const api = await readAll(system, 'dave', organization)
  const before = Number((await inboxOf(api)).lastSequence)
  await signIn('dave', '/notifications')
  await expect(bell(page)).toHaveAccessibleName('Notifications')

  await context.setOffline(true)
  const run = Date.now().toString(36)
  const names = ['1', '2', '3'].map((place) => `While away ${place} ${run}`)
  for (const name of names) await runJob(api, name)
  await expect.poll(async () => Number((await inboxOf(api)).lastSequence)).toBe(before + names.length)
  await expect(bell(page)).toHaveAccessibleName('Notifications')

  await context.setOffline(false)
  await expect(bell(page)).toHaveAccessibleName('Notifications, 3 unread', { timeout: 30_000 })
  await expect(titles(page).nth(names.length - 1)).toBeVisible()
  expect((await titles(page).allTextContents()).slice(0, names.length)).toEqual(
    names.toReversed().map((name) => `“${name}” completed`),
  )

  const other = await context.newPage()
  await other.goto('/notifications')
  await other.getByRole('button', { name: 'Sign in' }).first().click()
  await expect(bell(other)).toHaveAccessibleName('Notifications, 3 unread')
  await other.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(bell(other)).toHaveAccessibleName('Notifications')
  await expect(bell(page)).toHaveAccessibleName('Notifications')

  const { notifications } = await api.get<Notifications>(
    `users/me/notifications:replay?afterSequence=${before}`,
  )
  expect(notifications.map(({ sequence, title }) => [Number(sequence), title])).toEqual(
    names.map((name, index) => [before + index + 1, `“${name}” completed`]),
  )
  for (const name of names) {
    await expect
      .poll(async () =>
        (await mailsTo(system, 'dave@example.org')).filter(({ subject }) => subject.includes(name)),
      )
      .toHaveLength(1)
  }
})

test('the link in a mail ends mail of its kind, after a question, and nothing else', async ({
  page,
  system,
}) => {
  const run = Date.now().toString(36)
  const api = await apiAs(system, 'erin', organization)
  // An earlier run may have ended it.
  const events = [{ eventType: 'jobs.completed', inApp: true, mail: 'MAIL_DELIVERY_AT_ONCE' }]
  await api.patch('users/me/notificationPreferences', { preferences: { events }, updateMask: 'events' })
  await runJob(api, `The last mail ${run}`)
  const kept = async () => mailsTo(system, 'erin@example.org')
  await expect
    .poll(async () => (await kept()).map(({ subject }) => subject).join())
    .toContain(`The last mail ${run}`)
  const header = (await kept()).at(-1)?.headers.find(({ name }) => name === 'List-Unsubscribe')
  const link = /<(http[^>]+)>/.exec(header?.value ?? '')?.[1] ?? ''

  await page.goto(link)
  await expect(page.getByText('e***n@example.org')).toBeVisible()
  expect(await mailPreference(api)).toBe('MAIL_DELIVERY_AT_ONCE')
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  await expect(page.getByRole('heading', { name: 'You are unsubscribed' })).toBeVisible()
  expect(await mailPreference(api)).toBe('MAIL_DELIVERY_OFF')

  const before = (await kept()).length
  await runJob(api, `Without a mail ${run}`)
  await expect
    .poll(async () => (await api.get<Notifications>('users/me/notifications')).notifications[0]?.title)
    .toBe(`“Without a mail ${run}” completed`)
  expect(await kept()).toHaveLength(before)
})

test('an announcement pops up on open pages and stands in inboxes, as the text that it is', async ({
  page,
  system,
  signIn,
}) => {
  await readAll(system, 'bob', 'survey-institute')
  const outsider = await apiAs(system, 'dave', organization)
  const before = await inboxOf(outsider)
  await signIn('bob', '/o/survey-institute/jobs')
  await expect(bell(page)).toHaveAccessibleName('Notifications')
  const operator = await apiAs(system, 'olivia', 'operator')
  const title = 'Maintenance <img src=x onerror="document.title=1"> on Sunday'
  await operator.post('announcements', {
    title,
    body: 'From 8 to 10 UTC.\nJobs wait <b>meanwhile</b>.',
    severity: 'SEVERITY_WARNING',
    organizations: ['organizations/survey-institute'],
  })
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread')
  await expect(page.getByRole('group', { name: 'Notification' }).filter({ hasText: title })).toBeVisible()
  await bell(page).press('Enter')
  await expect(page.getByRole('dialog').getByText(title).first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(bell(page)).toBeFocused()
  expect((await inboxOf(outsider)).lastSequence).toBe(before.lastSequence)
})

test('where no socket gets through, the page asks, and misses nothing', async ({
  page,
  system,
  signIn,
  expectConsole,
}) => {
  test.setTimeout(120_000)
  expectConsole(/WebSocket/)
  await page.addInitScript(() => {
    const { WebSocket } = window
    // As behind a proxy that lets no upgrade through: no socket is answered there.
    window.WebSocket = class extends WebSocket {
      constructor() {
        super('/')
      }
    }
  })
  const api = await readAll(system, 'dave', organization)
  await signIn('dave', '/notifications')
  await expect(bell(page)).toHaveAccessibleName('Notifications')
  await runJob(api, 'Asked for')
  await expect(bell(page)).toHaveAccessibleName('Notifications, 1 unread', { timeout: 60_000 })
  await expect(titles(page).first()).toHaveText('“Asked for” completed')
})
