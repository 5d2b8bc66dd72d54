import fc from 'fast-check'
import { pino } from 'pino'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeliveredEvent } from '../../../ports/bus.ts'
import type { InboxHead, PushMessage } from '../../../ports/push.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { insertTestJob } from '../../../testing/test-job.ts'
import { createIdentityReader, readSeed, seedIdentity } from '../../identity/index.ts'
import { inboxChanged } from '../inbox/inbox-changed.ts'
import { createEventHandler } from './handle-events.ts'
import { Heads } from './heads.ts'
import { createNamesReader } from './names-reader.ts'

let database: TestDatabase
const users = new Map<string, string>()
let lab: string
let other: string
let nextId = 1

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  await seedIdentity(
    dataSource,
    readSeed({
      organizations: [
        {
          slug: 'lab',
          displayName: 'Lab',
          kind: 'MEMBER',
          members: [
            { email: 'alice@example.org', role: 'SUBMITTER' },
            { email: 'bob@example.org', role: 'ADMINISTRATOR' },
            { email: 'erin@example.org', role: 'ADMINISTRATOR' },
          ],
        },
        {
          slug: 'other',
          displayName: 'Other',
          kind: 'MEMBER',
          members: [
            { email: 'zoe@example.org', role: 'MEMBER' },
            { email: 'tom@example.org', role: 'TREASURER' },
          ],
        },
      ],
    }),
  )
  for (const row of await dataSource.query('select id, email from users')) {
    users.set(row.email.split('@')[0], row.id)
  }
  await dataSource.query(`update users set display_name = split_part(email, '@', 1)`)
  await dataSource.query(`update users set display_name = 'Bob <b>' where email = 'bob@example.org'`)
  lab = (await dataSource.query(`select id from organizations where slug = 'lab'`))[0].id
  other = (await dataSource.query(`select id from organizations where slug = 'other'`))[0].id
})
afterAll(() => database.drop())

function setUp({ mailEnabled = false, clock = () => new Date() } = {}) {
  const pushes: PushMessage[] = []
  const heads: (readonly InboxHead[])[] = []
  const push = {
    send: async (messages: readonly PushMessage[]) => {
      pushes.push(...messages)
    },
    sendHeads: async (sent: readonly InboxHead[]) => {
      heads.push(sent)
    },
    close: async () => undefined,
  }
  const { dataSource } = database
  const theHeads = new Heads({ dataSource, push, onError: (error) => expect.unreachable(String(error)) })
  const handle = createEventHandler({
    dataSource,
    names: createNamesReader(createIdentityReader(dataSource)),
    mailEnabled,
    clock,
    push,
    heads: theHeads,
    log: pino({ level: 'silent' }),
  })
  return { handle, pushes, heads, theHeads }
}

function event(key: string, payload: Record<string, unknown>): DeliveredEvent {
  return { id: String(nextId++), routingKey: `${key}.${lab}`, payload, createTime: new Date() }
}

function jobEvent(phase: string, job: string, more: Record<string, unknown> = {}): DeliveredEvent {
  return event(`jobs.${phase}`, {
    job,
    organization: lab,
    owner: users.get('alice'),
    service: 'cutout',
    run_id: '',
    ...more,
  })
}

async function job(): Promise<string> {
  const name = await insertTestJob(database.dataSource, 'lab', 'alice@example.org')
  return name.split('/').at(-1)!
}

async function clear(): Promise<void> {
  await database.dataSource.query('delete from inboxes')
}

interface Told {
  sequence: number
  event_type: string
  title: string
  body: string
  severity: string
  link: string
  resource: string
  organization: string
}

async function inboxOf(name: string): Promise<Told[]> {
  return database.dataSource.query(
    `select sequence::int, event_type, title, body, severity, link, resource, organization
     from notifications where user_id = $1 order by sequence`,
    [users.get(name)],
  )
}

async function titlesOf(name: string): Promise<string[]> {
  return (await inboxOf(name)).map(({ title }) => title)
}

describe('what is told', () => {
  test("a job's end stands in its owner's inbox, and is pushed", async () => {
    await clear()
    const { handle, pushes } = setUp()
    const id = await job()
    const failed = jobEvent('error', id, { run_id: 'M 31', error_message: 'No pixels\u0007 <there>.' })
    expect(await handle([failed])).toEqual([])
    const told = {
      sequence: 1,
      event_type: 'jobs.failed',
      title: '“M 31” failed',
      body: 'No pixels <there>.',
      severity: 'ERROR',
      link: `/o/lab/jobs/${id}`,
      resource: `organizations/lab/jobs/${id}`,
      organization: 'lab',
    }
    expect(await inboxOf('alice')).toEqual([told])
    const [message, ...others] = pushes
    expect(others).toEqual([])
    expect(message).toMatchObject({ kind: 'notification', userId: users.get('alice'), sequence: 1 })
    expect(message?.kind === 'notification' && JSON.parse(message.notification!)).toEqual({
      name: 'users/me/notifications/1',
      sequence: 1,
      eventType: 'jobs.failed',
      title: told.title,
      body: told.body,
      severity: 'SEVERITY_ERROR',
      link: told.link,
      resource: told.resource,
      organization: 'organizations/lab',
      createTime: failed.createTime.toISOString(),
    })
  })

  test('who was added is told, and so are the administrators, but not the one who did it', async () => {
    await clear()
    const { handle } = setUp()
    const added = {
      organization: lab,
      user: users.get('alice'),
      role: 'SUBMITTER',
      added_by: users.get('bob'),
    }
    await handle([event('identity.member_added', added)])
    expect(await titlesOf('alice')).toEqual(['You are a member of Lab now'])
    expect((await inboxOf('alice'))[0]?.body).toBe('Bob <b> added you as submitter.')
    expect(await titlesOf('erin')).toEqual(['alice joined Lab'])
    expect(await titlesOf('bob')).toEqual([])
  })

  test('an administrator who was added is told once', async () => {
    await clear()
    const { handle } = setUp()
    const added = { organization: lab, user: users.get('erin'), role: 'ADMINISTRATOR', added_by: null }
    await handle([event('identity.member_added', added)])
    expect(await titlesOf('erin')).toEqual(['You are a member of Lab now'])
    expect(await titlesOf('bob')).toEqual(['erin joined Lab'])
  })

  test.each([
    ['who ended the job', async () => jobEvent('aborted', await job(), { actor: users.get('alice') })],
    ['whose job is deleted', async () => jobEvent('completed', v7())],
    ['who is no member', async () => jobEvent('completed', await job(), { owner: users.get('zoe') })],
    [
      'with whom the job is no longer shared',
      async () =>
        jobEvent('shared', await job(), { shared_with: users.get('zoe'), shared_by: users.get('alice') }),
    ],
    ['who does not exist', async () => event('identity.member_removed', { organization: lab, user: v7() })],
    ['of an event that is none of the catalogue', async () => event('jobs.deleted', { job: v7() })],
  ])('nobody is told %s', async (_name, make) => {
    await clear()
    const { handle, pushes } = setUp()
    expect(await handle([await make()])).toEqual([])
    expect(pushes).toEqual([])
    expect(await database.dataSource.query('select from notifications')).toEqual([])
  })

  test('a share is told to a member, and beyond the organisation where it is good there', async () => {
    await clear()
    const { handle } = setUp()
    for (const [name, beyond] of [
      ['zoe', true],
      ['erin', false],
    ] as const) {
      const id = await job()
      await database.dataSource.query(
        `insert into job_shares (job_id, user_id, shared_by, beyond_organization) values ($1, $2, $3, $4)`,
        [id, users.get(name), users.get('alice'), beyond],
      )
      await handle([jobEvent('shared', id, { shared_with: users.get(name), shared_by: users.get('alice') })])
      expect(await titlesOf(name)).toEqual(['alice shared a cutout job with you'])
    }
  })

  test('a preference keeps an event out of the inbox, and its sequence has no gap', async () => {
    await clear()
    const { handle } = setUp()
    await database.dataSource.query(
      `insert into notification_preferences (user_id, event_type, in_app) values ($1, 'jobs.aborted', false)`,
      [users.get('alice')],
    )
    const id = await job()
    await handle([jobEvent('completed', id), jobEvent('aborted', id), jobEvent('error', id)])
    expect((await inboxOf('alice')).map(({ sequence, event_type }) => [sequence, event_type])).toEqual([
      [1, 'jobs.completed'],
      [2, 'jobs.failed'],
    ])
    await database.dataSource.query('delete from notification_preferences')
  })
})

describe('mail', () => {
  async function mailOf(name: string) {
    return database.dataSource.query(
      `select event_type, delivery, due_time, member_of, title, link from mail_entries where user_id = $1 order by id`,
      [users.get(name)],
    )
  }

  test('goes by default or choice, and waits in quiet hours, in which nothing interrupts', async () => {
    await clear()
    const { dataSource } = database
    const alice = users.get('alice')
    await dataSource.query(
      `insert into notification_settings (user_id, quiet_enabled, quiet_start_minute, quiet_end_minute, time_zone)
       values ($1, true, 1320, 420, 'Europe/Berlin')`,
      [alice],
    )
    await dataSource.query(
      `insert into notification_preferences (user_id, event_type, mail)
       values ($1, 'jobs.error', 'OFF'), ($1, 'jobs.aborted', 'DAILY')`,
      [alice],
    )
    const now = new Date('2026-07-01T21:30:00Z')
    const { handle, pushes } = setUp({ mailEnabled: true, clock: () => now })
    const id = await job()
    await handle([jobEvent('completed', id), jobEvent('held', id), jobEvent('aborted', id)])
    const common = { member_of: lab, link: `/o/lab/jobs/${id}` }
    const morning = new Date('2026-07-02T05:00:00Z')
    const digest = new Date('2026-07-02T06:00:00Z')
    expect(await mailOf('alice')).toEqual([
      {
        ...common,
        event_type: 'jobs.completed',
        delivery: 'AT_ONCE',
        due_time: morning,
        title: 'Cutout job completed',
      },
      {
        ...common,
        event_type: 'jobs.aborted',
        delivery: 'DAILY',
        due_time: digest,
        title: 'Cutout job was aborted',
      },
    ])
    const quiet = pushes.map((each) => each.kind === 'notification' && JSON.parse(each.notification!).quiet)
    expect(quiet).toEqual([true, true, true])
    await dataSource.query('delete from notification_settings')
    await dataSource.query('delete from notification_preferences')
    await dataSource.query('delete from mail_entries')
  })

  test('of what concerns two organisations goes to each as its own', async () => {
    await clear()
    const { handle } = setUp({ mailEnabled: true })
    const transfer = v7()
    await handle([
      event('credits.transfer_recorded', {
        transfer,
        seller: lab,
        buyer: other,
        proposer: lab,
        credit_class: 'cpu',
        amount: '12.5',
        by: users.get('bob'),
      }),
    ])
    const told = async (name: string) => ({
      inbox: (await inboxOf(name)).map(({ link, organization }) => ({ link, organization })),
      mail: (await mailOf(name)).map(({ link, member_of }: Record<string, string>) => ({ link, member_of })),
    })
    const at = (slug: string) => `/o/${slug}/transfers/${transfer}`
    expect(await told('erin')).toEqual({
      inbox: [{ link: at('lab'), organization: 'lab' }],
      mail: [{ link: at('lab'), member_of: lab }],
    })
    expect(await told('tom')).toEqual({
      inbox: [{ link: at('other'), organization: 'other' }],
      mail: [{ link: at('other'), member_of: other }],
    })
    for (const name of ['alice', 'bob', 'zoe']) expect(await told(name)).toEqual({ inbox: [], mail: [] })
    await database.dataSource.query('delete from mail_entries')
  })

  test('is all that an invited person gets', async () => {
    await clear()
    const { handle } = setUp({ mailEnabled: true })
    const invited = {
      organization: lab,
      user: users.get('erin'),
      role: 'ADMINISTRATOR',
      email: 'erin@example.org',
      invited_by: users.get('bob'),
    }
    await handle([event('identity.member_invited', invited)])
    expect(await titlesOf('erin')).toEqual([])
    expect(await mailOf('erin')).toMatchObject([
      { event_type: 'identity.invitation', delivery: 'AT_ONCE', link: '/o/lab' },
    ])
  })
})

describe('a batch', () => {
  test('that comes again changes nothing, and is pushed again', async () => {
    await clear()
    const { handle, pushes } = setUp()
    const id = await job()
    const events = [jobEvent('held', id), jobEvent('completed', id)]
    await handle(events)
    await handle([...events, jobEvent('error', id)])
    expect(await titlesOf('alice')).toEqual([
      'Cutout job is held',
      'Cutout job completed',
      'Cutout job failed',
    ])
    expect(pushes.map((each) => each.kind === 'notification' && each.sequence)).toEqual([1, 2, 1, 2, 3])
  })

  test.each([
    ['no payload to speak of', 'jobs.completed', {}, 'jobs.completed: job:'],
    ['an id that is none', 'jobs.error', { job: 'x' }, 'jobs.failed: job:'],
    ['a role that is none', 'identity.member_added', { role: 7 }, 'identity.member_added: role:'],
    ['no user', 'notifications.inbox_changed', {}, 'notifications.inbox_changed: user:'],
  ])('tells its others when one has %s', async (_name, key, payload, message) => {
    await clear()
    const { handle } = setUp()
    const id = await job()
    const complete =
      key === 'identity.member_added' ? { organization: lab, user: users.get('zoe'), ...payload } : payload
    const wrong = event(key, complete)
    const refused = await handle([jobEvent('completed', id), wrong, jobEvent('error', id)])
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ id: wrong.id, reason: 'NOT_UNDERSTOOD' })
    expect(refused[0]!.message).toContain(message)
    expect(await titlesOf('alice')).toHaveLength(2)
  })

  test('tells its others, in order, when the database does not take one', async () => {
    await clear()
    const { handle, pushes } = setUp()
    const ids = await Promise.all(Array.from({ length: 7 }, job))
    await database.dataSource.query(
      `alter table notifications add constraint test_poison check (title <> '“poison” failed')`,
    )
    const events = ids.map((id, index) =>
      jobEvent('error', id, { run_id: index === 4 ? 'poison' : `run ${index}` }),
    )
    const refused = await handle(events)
    await database.dataSource.query('alter table notifications drop constraint test_poison')
    expect(refused.map(({ id, reason }) => [id, reason])).toEqual([[events[4]!.id, 'HANDLER_FAILED']])
    const titles = [0, 1, 2, 3, 5, 6].map((index) => `“run ${index}” failed`)
    expect(await titlesOf('alice')).toEqual(titles)
    expect(pushes.map((each) => each.kind === 'notification' && each.sequence)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('is not handled at all while a table is away, and whole afterwards', async () => {
    await clear()
    const { handle, pushes } = setUp()
    const id = await job()
    const events = [jobEvent('completed', id), jobEvent('error', id)]
    await database.dataSource.query('alter table notifications rename to notifications_away')
    await expect(handle(events)).rejects.toThrow()
    expect(pushes).toEqual([])
    await database.dataSource.query('alter table notifications_away rename to notifications')
    expect(await handle(events)).toEqual([])
    expect(await titlesOf('alice')).toHaveLength(2)
  })

  test('of a changed inbox tells the pages where it stands', async () => {
    await clear()
    const { handle, pushes } = setUp()
    const id = await job()
    const changed = { id: 'c1', createTime: new Date(), ...inboxChanged(users.get('alice')!) }
    const ofNobody = { id: 'c2', createTime: new Date(), ...inboxChanged(users.get('zoe')!) }
    await handle([changed, jobEvent('completed', id), ofNobody])
    expect(pushes.slice(1)).toEqual([
      { kind: 'inbox', userId: users.get('alice'), lastSequence: 1, unreadCount: 1 },
      { kind: 'inbox', userId: users.get('zoe'), lastSequence: 0, unreadCount: 0 },
    ])
  })
})

test('heads name what grew lately, also before this process handled anything', async () => {
  await clear()
  const first = setUp()
  const id = await job()
  await first.handle([jobEvent('completed', id)])
  const second = setUp()
  await second.handle([])
  await second.theHeads.send()
  expect(second.heads).toEqual([[{ userId: users.get('alice'), lastSequence: 1 }]])
})

test('sequences have no gap and no repeat, however events are cut into batches that come again', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, job))
  const names = ['alice', 'bob', 'erin']
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(3)), { minLength: 1, maxLength: 30 }),
      fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { minLength: 1, maxLength: 6 }),
      async (owners, cuts) => {
        await clear()
        const events = owners.map(([name, index]) =>
          jobEvent('completed', ids[index]!, { owner: users.get(name) }),
        )
        const handlers = [setUp().handle, setUp().handle]
        // Several consumers at once, each with some stretch of the events, and in the end all of them.
        await Promise.all(
          cuts.map(([a, b], index) => handlers[index % 2]!(events.slice(Math.min(a, b), Math.max(a, b)))),
        )
        await handlers[0]!(events)
        for (const name of names) {
          const expected = owners.filter(([owner]) => owner === name).length
          const sequences = (await inboxOf(name)).map(({ sequence }) => sequence)
          expect(sequences).toEqual(Array.from({ length: expected }, (_, index) => index + 1))
        }
        const wrong = await database.dataSource.query(
          `select from inboxes where (last_sequence, unread_count) <>
             (select coalesce(max(sequence), 0), count(*) from notifications
              where notifications.user_id = inboxes.user_id)`,
        )
        expect(wrong).toEqual([])
      },
    ),
    { numRuns: 20 },
  )
})
