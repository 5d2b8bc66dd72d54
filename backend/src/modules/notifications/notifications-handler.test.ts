import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import {
  MailDelivery,
  NotificationChange,
  NotificationState,
  NotificationsServiceService as service,
} from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../../database/index.ts'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { lockInboxes, writeNotifications } from './inbox/write-notifications.ts'
import { queueMail } from './mail/index.ts'

let backend: TestBackend
const tokens = new Map<string, string>()
const users = new Map<string, string>()
const change = NotificationChange
let nextEvent = 1

beforeAll(async () => {
  const members = ['alice', 'bob'].map((name) => ({
    email: `${name}@example.org`,
    role: 'SUBMITTER' as const,
  }))
  backend = await startTestBackend({
    organizations: [
      { slug: 'lab', displayName: 'Lab', kind: 'MEMBER', members },
      { slug: 'other', displayName: 'Other', kind: 'MEMBER', members },
    ],
  })
  for (const name of ['alice', 'bob']) {
    tokens.set(name, await backend.issuer.tokenOf(name))
    await call('getInbox', {}, name)
  }
  for (const { id, email } of await backend.database.dataSource.query('select id, email from users')) {
    users.set(email.split('@')[0], id)
  }
})
afterAll(() => backend.stop())
beforeEach(async () => {
  const { dataSource } = backend.database
  await dataSource.query('delete from inboxes')
  await dataSource.query('delete from outbox')
  await dataSource.query('delete from notification_preferences')
  await dataSource.query('delete from notification_settings')
})

type Methods = typeof service
type Request<Name extends keyof Methods> = Parameters<Methods[Name]['requestSerialize']>[0]
type Response<Name extends keyof Methods> = ReturnType<Methods[Name]['responseDeserialize']>

function call<Name extends keyof Methods>(
  name: Name,
  request: Request<Name>,
  user = 'alice',
): Promise<Response<Name>> {
  return backend.call(service[name] as never, request as never, tokens.get(user))
}

const everything = { state: NotificationState.NOTIFICATION_STATE_INBOX, modules: [], organization: '' }
const firstPage = { pageSize: 0, pageToken: '' }
const names = (...sequences: number[]) => sequences.map((each) => `users/me/notifications/${each}`)

/** Writes so many into a user's inbox. */
async function fill(count: number, user = 'alice', more: object = {}): Promise<void> {
  const userId = users.get(user)!
  await inTransaction(backend.database.dataSource, async (transaction) => {
    await lockInboxes(transaction, [userId])
    const told = Array.from({ length: count }, () => ({
      userId,
      eventId: String(nextEvent++),
      eventType: 'jobs.completed',
      title: `Event ${nextEvent}`,
      body: '',
      severity: 'SUCCESS' as const,
      link: '/o/lab/jobs/1',
      resource: 'organizations/lab/jobs/1',
      organization: 'lab',
      createTime: new Date(),
      quiet: false,
      ...more,
    }))
    await writeNotifications(transaction, told)
  })
}

async function list(filter: Partial<Request<'listNotifications'>> = {}, user = 'alice') {
  const page = await call('listNotifications', { ...everything, ...firstPage, ...filter }, user)
  return page.notifications.map(({ sequence }) => Number(sequence))
}

async function changesTold(): Promise<number> {
  const [{ count }] = await backend.database.dataSource.query(
    `select count(*)::int as count from outbox where routing_key = 'notifications.inbox_changed.-'`,
  )
  return count
}

describe('an inbox', () => {
  test('of who was never notified is empty', async () => {
    expect(await call('getInbox', {})).toMatchObject({
      lastSequence: 0n,
      unreadCount: 0,
      user: `users/${users.get('alice')}`,
    })
    expect(await list()).toEqual([])
    const { notifications, inbox } = await call('replayNotifications', { afterSequence: 0n, pageSize: 0 })
    expect([notifications, inbox?.lastSequence]).toEqual([[], 0n])
    expect((await call('markAllRead', { upToSequence: 5n })).lastSequence).toBe(0n)
  })

  test('says when the token of the call expires', async () => {
    const { credentialExpireTime } = await call('getInbox', {})
    const minutes = (credentialExpireTime!.getTime() - Date.now()) / 60_000
    expect(minutes).toBeGreaterThan(0)
    const { secret } = await backend.call(
      IdentityServiceService.createApiToken,
      { displayName: 'days', scopes: ['notifications.read'], lifetimeDays: 3 },
      tokens.get('alice'),
    )
    const ofToken = await backend.call(service.getInbox, {}, secret)
    const days = (ofToken.credentialExpireTime!.getTime() - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(3, 2)
  })

  test("is nobody else's", async () => {
    await fill(3)
    await fill(1, 'bob')
    expect(await list({}, 'bob')).toEqual([1])
    await expect(
      call('updateNotifications', { names: names(2), change: change.NOTIFICATION_CHANGE_READ }, 'bob'),
    ).rejects.toMatchObject({ code: status.NOT_FOUND })
    expect((await call('getInbox', {})).unreadCount).toBe(3)
  })
})

describe('a list', () => {
  test('is read page by page, the latest first, also while more come in', async () => {
    await fill(5)
    const pages: number[][] = []
    let pageToken = ''
    do {
      const page = await call('listNotifications', { ...everything, pageSize: 2, pageToken })
      pages.push(page.notifications.map(({ sequence }) => Number(sequence)))
      pageToken = page.nextPageToken
      await fill(1)
    } while (pageToken !== '')
    expect(pages).toEqual([[5, 4], [3, 2], [1]])
  })

  test('goes by state, module and organisation', async () => {
    await fill(2)
    await fill(1, 'alice', { eventType: 'identity.role_changed' })
    await fill(1, 'alice', { organization: 'other' })
    await call('updateNotifications', { names: names(1), change: change.NOTIFICATION_CHANGE_READ })
    await call('updateNotifications', { names: names(2), change: change.NOTIFICATION_CHANGE_ARCHIVE })
    expect(await list()).toEqual([4, 3, 1])
    expect(await list({ state: NotificationState.NOTIFICATION_STATE_UNREAD })).toEqual([4, 3])
    expect(await list({ state: NotificationState.NOTIFICATION_STATE_ARCHIVED })).toEqual([2])
    expect(await list({ modules: ['jobs'] })).toEqual([4, 1])
    expect(await list({ modules: ['jobs', 'identity'] })).toEqual([4, 3, 1])
    expect(await list({ modules: ['nothing'] })).toEqual([])
    expect(await list({ organization: 'organizations/other' })).toEqual([4])
  })

  test("takes no other query's page token", async () => {
    await fill(3)
    const { nextPageToken } = await call('listNotifications', { ...everything, pageSize: 1, pageToken: '' })
    await expect(
      call('listNotifications', { ...everything, modules: ['jobs'], pageSize: 1, pageToken: nextPageToken }),
    ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    await expect(
      call('listNotifications', { ...everything, pageSize: 1, pageToken: nextPageToken }, 'bob'),
    ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })
})

test('a replay goes on after a sequence, with all that is read and archived', async () => {
  await fill(5)
  await call('updateNotifications', { names: names(3), change: change.NOTIFICATION_CHANGE_ARCHIVE })
  const replay = async (afterSequence: bigint, pageSize = 0) => {
    const { notifications, inbox } = await call('replayNotifications', { afterSequence, pageSize })
    return [notifications.map(({ sequence }) => Number(sequence)), inbox?.lastSequence, inbox?.unreadCount]
  }
  expect(await replay(0n)).toEqual([[1, 2, 3, 4, 5], 5n, 4])
  expect(await replay(1n, 2)).toEqual([[2, 3], 5n, 4])
  expect(await replay(5n)).toEqual([[], 5n, 4])
  expect(await replay(99n)).toEqual([[], 5n, 4])
})

describe('a change', () => {
  test('counts what is unread, and is told once', async () => {
    await fill(3)
    const update = async (kind: NotificationChange, ...sequences: number[]) => {
      const { notifications, inbox } = await call('updateNotifications', {
        names: names(...sequences),
        change: kind,
      })
      return [
        notifications.map(({ sequence, readTime, archiveTime }) =>
          [Number(sequence), readTime === undefined ? '' : 'r', archiveTime === undefined ? '' : 'a'].join(
            '',
          ),
        ),
        inbox?.unreadCount,
      ]
    }
    expect(await update(change.NOTIFICATION_CHANGE_READ, 3, 1)).toEqual([['3r', '1r'], 1])
    expect(await changesTold()).toBe(1)
    expect(await update(change.NOTIFICATION_CHANGE_READ, 1)).toEqual([['1r'], 1])
    expect(await changesTold()).toBe(1)
    expect(await update(change.NOTIFICATION_CHANGE_ARCHIVE, 1, 2)).toEqual([['1ra', '2ra'], 0])
    expect(await update(change.NOTIFICATION_CHANGE_UNARCHIVE, 2)).toEqual([['2r'], 0])
    expect(await update(change.NOTIFICATION_CHANGE_UNREAD, 1, 2, 3)).toEqual([['1', '2', '3'], 3])
    expect(await changesTold()).toBe(4)
  })

  test('of one that does not exist changes none', async () => {
    await fill(2)
    await expect(
      call('updateNotifications', { names: names(1, 3), change: change.NOTIFICATION_CHANGE_READ }),
    ).rejects.toMatchObject({ code: status.NOT_FOUND, details: expect.stringContaining('notifications/3') })
    expect((await call('getInbox', {})).unreadCount).toBe(2)
    expect(await changesTold()).toBe(0)
  })

  test('to read, of all, leaves what came later', async () => {
    await fill(4)
    await fill(2)
    const { unreadCount, lastSequence } = await call('markAllRead', { upToSequence: 4n })
    expect([unreadCount, lastSequence]).toEqual([2, 6n])
    expect(await list({ state: NotificationState.NOTIFICATION_STATE_UNREAD })).toEqual([6, 5])
    await call('markAllRead', { upToSequence: 4n })
    expect(await changesTold()).toBe(1)
  })

  test('beside others keeps sequences and count right', async () => {
    await fill(20)
    const random = (limit: number) => 1 + Math.floor(Math.random() * limit)
    const kinds = [
      change.NOTIFICATION_CHANGE_READ,
      change.NOTIFICATION_CHANGE_UNREAD,
      change.NOTIFICATION_CHANGE_ARCHIVE,
      change.NOTIFICATION_CHANGE_UNARCHIVE,
    ]
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        if (index % 3 === 0) return fill(2)
        if (index % 7 === 0) return call('markAllRead', { upToSequence: BigInt(random(40)) })
        const some = [...new Set([random(20), random(20), random(20)])]
        return call('updateNotifications', { names: names(...some), change: kinds[index % 4]! })
      }),
    )
    const [counted] = await backend.database.dataSource.query(
      `select count(*)::int as count, max(sequence)::int as last,
         count(*) filter (where read_time is null)::int as unread
       from notifications where user_id = $1`,
      [users.get('alice')],
    )
    expect(counted).toMatchObject({ count: 60, last: 60 })
    const inbox = await call('getInbox', {})
    expect([inbox.lastSequence, inbox.unreadCount]).toEqual([60n, counted.unread])
  })
})

describe('preferences', () => {
  const update = (preferences: object, ...updateMask: string[]) =>
    call('updatePreferences', {
      preferences: {
        events: [],
        quietHours: undefined,
        timeZone: '',
        dailyDigestMinute: 0,
        mailAddress: undefined,
        ...preferences,
      },
      updateMask,
    })
  const jobsCompleted = { eventType: 'jobs.completed', inApp: false, mail: MailDelivery.MAIL_DELIVERY_DAILY }

  test('are the defaults at first, one for each event type', async () => {
    const { eventTypes } = await call('listEventTypes', {})
    const { events, quietHours, timeZone } = await call('getPreferences', {})
    expect(events).toEqual(
      eventTypes.map(({ eventType, inAppDefault, mailDefault }) => ({
        eventType,
        inApp: inAppDefault,
        mail: mailDefault,
      })),
    )
    expect(
      Object.entries(Object.groupBy(eventTypes, ({ module }) => module)).map(([module, types]) => [
        module,
        types?.length,
      ]),
    ).toEqual([
      ['jobs', 5],
      ['identity', 6],
      ['credits', 14],
      ['files', 5],
      ['workflows', 2],
      ['operator', 1],
    ])
    expect([quietHours?.enabled, timeZone]).toEqual([false, 'UTC'])
  })

  test('change by their mask alone', async () => {
    const quietHours = { enabled: true, startMinute: 60, endMinute: 30 }
    await update({ events: [jobsCompleted], quietHours, timeZone: 'europe/berlin' }, 'events', 'time_zone')
    const changed = await update({ quietHours, dailyDigestMinute: 9 }, 'quiet_hours')
    expect(changed).toMatchObject({ quietHours, timeZone: 'Europe/Berlin', dailyDigestMinute: 480 })
    expect(changed.events[0]).toEqual(jobsCompleted)
    expect(changed.events[1]).toMatchObject({ eventType: 'jobs.failed', inApp: true })
    expect(await call('getPreferences', {})).toEqual(changed)
    expect((await update({}, 'quiet_hours')).quietHours).toEqual({ ...quietHours, enabled: false })
  })

  test.each([
    ['an empty mask', {}, [], 'update_mask'],
    ['a path that cannot be set', {}, ['mail_address'], 'update_mask'],
    ['no time zone', { timeZone: 'Mars/Olympus' }, ['time_zone'], 'preferences.time_zone'],
    ['an offset for a time zone', { timeZone: '+01:00' }, ['time_zone'], 'preferences.time_zone'],
    [
      'quiet hours of no length',
      { quietHours: { enabled: true, startMinute: 5, endMinute: 5 } },
      ['quiet_hours'],
      'preferences.quiet_hours.end_minute',
    ],
    [
      'an event type that is not listed',
      { events: [{ ...jobsCompleted, eventType: 'files.forgotten' }] },
      ['events'],
      'preferences.events[0].event_type',
    ],
    [
      'an event type twice',
      { events: [jobsCompleted, jobsCompleted] },
      ['events'],
      'preferences.events[1].event_type',
    ],
  ])('with %s are refused, and nothing changes', async (_name, preferences, mask, field) => {
    const before = await call('getPreferences', {})
    const all = { dailyDigestMinute: 1, ...preferences }
    const paths = mask.length === 0 ? [] : [...mask, 'daily_digest_minute']
    await expect(update(all, ...paths)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(field),
    })
    expect(await call('getPreferences', {})).toEqual(before)
  })

  test('cannot keep an announcement out of the inbox', async () => {
    const off = { eventType: 'operator.announcement', inApp: false, mail: MailDelivery.MAIL_DELIVERY_OFF }
    const { events } = await update({ events: [off] }, 'events')
    expect(events.find(({ eventType }) => eventType === off.eventType)).toEqual({ ...off, inApp: true })
  })

  test('weigh mail again that waits', async () => {
    const { dataSource } = backend.database
    const userId = users.get('alice')!
    const createTime = new Date()
    const entry = { userId, title: 'x', body: '', severity: 'INFO' as const, link: '', createTime }
    const dueTime = new Date(Date.now() + 3_600_000)
    await inTransaction(dataSource, (transaction) =>
      queueMail(transaction, [
        { ...entry, eventId: 'a', eventType: 'jobs.completed', delivery: 'HOURLY', dueTime },
        { ...entry, eventId: 'b', eventType: 'jobs.failed', delivery: 'HOURLY', dueTime },
      ]),
    )
    await update(
      {
        events: [
          { eventType: 'jobs.completed', inApp: true, mail: MailDelivery.MAIL_DELIVERY_OFF },
          { eventType: 'jobs.failed', inApp: true, mail: MailDelivery.MAIL_DELIVERY_AT_ONCE },
        ],
      },
      'events',
    )
    const entries = await dataSource.query(
      `select event_id, dropped, delivery, due_time <= now() as is_due from mail_entries
       where user_id = $1 order by event_id`,
      [userId],
    )
    expect(entries).toEqual([
      { event_id: 'a', dropped: true, delivery: 'HOURLY', is_due: false },
      { event_id: 'b', dropped: false, delivery: 'AT_ONCE', is_due: true },
    ])
  })
})
