import { randomUUID } from 'node:crypto'
import {
  AnnouncementState,
  type AnnouncementsServiceService,
  type CreateAnnouncementRequest,
} from '@fairlead/proto/server/fairlead/notifications/v1/announcements'
import { Severity } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import pino from 'pino'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CallContext } from '../../../server/call-context.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { createAnnouncementPublisher } from './announcement-publisher.ts'
import {
  announcementFacts,
  announcementRecipients,
  announcementTold,
  publishDue,
} from './announcement-store.ts'
import { announcementsHandler } from './announcements-handler.ts'
import { Announcements } from './announcements-service.ts'

type Handlers = ServiceHandlers<typeof AnnouncementsServiceService>

const log = pino({ level: 'silent' })
const DAY_MS = 86_400_000

describe('announcements', () => {
  let database: TestDatabase
  let handlers: Handlers
  const users = new Map<string, string>()

  const user = (name: string) => users.get(name) ?? ''
  const as = (name: string): CallContext => ({
    caller: { userId: user(name), displayName: name, email: `${name}@example.org` },
    organization: undefined,
    permissions: new Set(),
    requestId: 'test',
    log,
    signal: new AbortController().signal,
  })
  const request = (more: Partial<CreateAnnouncementRequest> = {}): CreateAnnouncementRequest => ({
    title: 'Maintenance on Monday',
    body: 'No jobs run from 8 to 10.',
    severity: Severity.SEVERITY_WARNING,
    organizations: [],
    link: '',
    publishTime: undefined,
    requestId: '',
    ...more,
  })
  const create = (more: Partial<CreateAnnouncementRequest> = {}, author = 'olivia') =>
    handlers.createAnnouncement(request(more), as(author))
  const cancel = (name: string) => handlers.cancelAnnouncement({ name }, as('olivia'))
  const list = (pageSize = 0, pageToken = '') =>
    handlers.listAnnouncements({ pageSize, pageToken }, as('olivia'))
  const count = async (...organizations: string[]) =>
    (await handlers.countRecipients({ organizations }, as('olivia'))).recipientCount
  const idOf = ({ name }: { name: string }) => name.slice('announcements/'.length)
  const later = (ms = DAY_MS) => new Date(Date.now() + ms)
  /** As if the time of an announcement had come. */
  const reach = (name: string) =>
    database.dataSource.query(`update announcements set publish_time = now() where id = $1`, [idOf({ name })])
  const told = async (): Promise<string[]> => {
    const rows: { payload: { announcement: string } }[] = await database.dataSource.query(
      `select payload from outbox where routing_key = 'notifications.announced.-' order by id`,
    )
    return rows.map(({ payload }) => `announcements/${payload.announcement}`)
  }
  const publish = () => publishDue(database.dataSource, 100)
  const names = (ids: readonly string[]) =>
    ids.map((id) => [...users].find(([, other]) => other === id)?.[0] ?? id).sort()

  beforeAll(async () => {
    database = await createTestDatabase()
    const { dataSource } = database
    for (const slug of ['lab', 'institute', 'empty']) {
      await dataSource.query(
        `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
        [v7(), slug],
      )
    }
    const people: [name: string, signedIn: boolean, organizations: string[]][] = [
      ['olivia', true, ['lab']],
      ['alice', true, ['lab', 'institute']],
      ['bob', true, ['lab']],
      ['dave', true, ['institute']],
      ['stranger', true, []],
      ['invited', false, ['lab']],
    ]
    for (const [name, signedIn, organizations] of people) {
      users.set(name, v7())
      await dataSource.query(
        `insert into users (id, issuer, subject, email, email_verified, display_name)
         values ($1, $2, $3, $4, $5, $6)`,
        [user(name), signedIn ? 'iss' : null, signedIn ? name : null, `${name}@example.org`, signedIn, name],
      )
      await dataSource.query(
        `insert into memberships (id, organization_id, user_id, role)
         select gen_random_uuid(), id, $1, 'MEMBER' from organizations where slug = any($2)`,
        [user(name), organizations],
      )
    }
    handlers = announcementsHandler({
      announcements: new Announcements({
        dataSource,
        identity: createIdentityReader(dataSource),
        clock: () => new Date(),
      }),
      pageTokens: pageTokens(Buffer.alloc(32, 1)),
    }).handlers as unknown as Handlers
  })
  beforeEach(() => database.dataSource.query('truncate announcements, outbox, inboxes cascade'))
  afterAll(() => database.drop())

  it('are published at once, with one event in the same transaction', async () => {
    const created = await create({ organizations: ['organizations/lab'], link: '/o/lab/jobs?phase=HELD' })
    expect(created).toMatchObject({
      title: 'Maintenance on Monday',
      severity: Severity.SEVERITY_WARNING,
      organizations: ['organizations/lab'],
      link: '/o/lab/jobs?phase=HELD',
      state: AnnouncementState.ANNOUNCEMENT_STATE_PUBLISHED,
      authorDisplayName: 'olivia',
      recipientCount: 0,
    })
    expect(await told()).toEqual([created.name])
    expect(await publish()).toBe(0)
    expect(await announcementFacts(database.dataSource, idOf(created))).toMatchObject({
      title: 'Maintenance on Monday',
      body: 'No jobs run from 8 to 10.',
      severity: 'WARNING',
      link: '/o/lab/jobs?phase=HELD',
    })
  })

  it('are published at once too when their time lies in the past', async () => {
    const created = await create({ publishTime: later(-DAY_MS) })
    expect(created.state).toBe(AnnouncementState.ANNOUNCEMENT_STATE_PUBLISHED)
    expect(Math.abs(Date.now() - (created.publishTime?.getTime() ?? 0))).toBeLessThan(60_000)
    expect(await told()).toEqual([created.name])
  })

  it('that are scheduled are published when their time has come, once by however many workers', async () => {
    const created = await create({ publishTime: later() })
    expect(created.state).toBe(AnnouncementState.ANNOUNCEMENT_STATE_SCHEDULED)
    expect(await publish()).toBe(0)
    expect(await announcementFacts(database.dataSource, idOf(created))).toBeUndefined()
    await reach(created.name)
    const published = await Promise.all(Array.from({ length: 5 }, publish))
    expect(published.reduce((sum, each) => sum + each)).toBe(1)
    expect(await told()).toEqual([created.name])
    expect((await list()).announcements).toMatchObject([
      { state: AnnouncementState.ANNOUNCEMENT_STATE_PUBLISHED },
    ])
  })

  it('are published by a worker from its start on', async () => {
    const created = await create({ publishTime: later() })
    await reach(created.name)
    const publisher = createAnnouncementPublisher({ dataSource: database.dataSource, log, intervalMs: 10 })
    await publisher.start()
    await expect.poll(told).toEqual([created.name])
    const second = await create({ publishTime: later() })
    await reach(second.name)
    await expect.poll(told).toEqual([created.name, second.name])
    await publisher.stop()
  })

  it('that are scheduled can be cancelled, also twice, and are never published then', async () => {
    const created = await create({ publishTime: later() })
    const cancelled = AnnouncementState.ANNOUNCEMENT_STATE_CANCELLED
    expect((await cancel(created.name)).state).toBe(cancelled)
    expect((await cancel(created.name)).state).toBe(cancelled)
    await reach(created.name)
    expect(await publish()).toBe(0)
    expect(await told()).toEqual([])
  })

  it('that are published cannot be cancelled, and absent ones are not found', async () => {
    const created = await create()
    await expect(cancel(created.name)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ANNOUNCEMENT_PUBLISHED',
    })
    await expect(cancel(`announcements/${v7()}`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(cancel(`announcements/${'-'.repeat(36)}`)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it('cancelled at the moment of their publication are either cancelled or told of', async () => {
    for (let round = 0; round < 10; round++) {
      const { name } = await create({ publishTime: later() })
      await reach(name)
      const [cancelling] = await Promise.allSettled([cancel(name), publish()])
      expect((await told()).includes(name)).toBe(cancelling.status === 'rejected')
    }
  })

  it('asked for twice by one request_id are one, and the second answer is the first', async () => {
    const requestId = randomUUID()
    const [first, second] = await Promise.all([create({ requestId }), create({ requestId })])
    expect(second).toEqual(first)
    expect(await told()).toEqual([first.name])
    await expect(create({ requestId, title: 'Another' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'REQUEST_ID_REUSED',
    })
    // Another author's.
    expect((await create({ requestId }, 'alice')).name).not.toBe(first.name)
  })

  it('reach who has signed in, of their organisations, and not their author', async () => {
    const recipients = async (...organizations: string[]) => {
      const { name } = await create({ organizations })
      const ids = await announcementRecipients(database.dataSource, idOf({ name }), undefined, 100)
      expect(await count(...organizations)).toBe(ids.length)
      return names(ids)
    }
    expect(await recipients()).toEqual(['alice', 'bob', 'dave', 'stranger'])
    expect(await recipients('organizations/lab')).toEqual(['alice', 'bob'])
    expect(await recipients('organizations/lab', 'organizations/institute')).toEqual(['alice', 'bob', 'dave'])
    expect(await recipients('organizations/empty')).toEqual([])
  })

  it('reach their recipients in chunks without a gap or a repeat', async () => {
    const { name } = await create()
    const seen: string[] = []
    for (let chunk: string[] | undefined; chunk?.length !== 0; ) {
      chunk = await announcementRecipients(database.dataSource, idOf({ name }), seen.at(-1), 1)
      seen.push(...chunk)
    }
    expect(names(seen)).toEqual(['alice', 'bob', 'dave', 'stranger'])
    await announcementTold(database.dataSource, idOf({ name }), seen.length)
    for (const [index, id] of seen.entries()) {
      await database.dataSource.query(
        `with inbox as (insert into inboxes (user_id) values ($1) returning user_id)
         insert into notifications (user_id, sequence, event_id, event_type, title, body, severity, link, resource,
           organization, create_time, read_time, quiet)
         select user_id, 1, '1', 'operator.announcement', 'title', '', 'INFO', '', $2, '', now(),
           case when $3 then now() end, false
         from inbox`,
        [id, name, index > 0],
      )
    }
    const other = await create()
    expect((await list()).announcements).toMatchObject([
      { name: other.name, recipientCount: 0, readCount: 0 },
      { name, recipientCount: 4, readCount: 3 },
    ])
  })

  it('are listed by pages, the latest first', async () => {
    const made: string[] = []
    for (let index = 0; index < 5; index++) made.unshift((await create({ title: `No. ${index}` })).name)
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await list(2, pageToken)
      seen.push(...page.announcements.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(made)
  })

  it('keep what is plain text: markup is neither refused nor changed', async () => {
    const body = '<script>alert(1)</script> & {{template}}\r\nline two\ttab\n'
    expect(await create({ title: ' <b>5 > 4</b> ', body })).toMatchObject({
      title: '<b>5 > 4</b>',
      body: '<script>alert(1)</script> & {{template}}\nline two\ttab',
    })
  })

  it.each([
    '',
    '/',
    '/o/lab/jobs/0197?tab=log#end',
    '/a//b',
    '/@evil.example',
    'https://status.example.org/2026?x=1',
    'HTTPS://status.example.org',
  ])('may link to %j', async (link) => {
    expect((await create({ link })).link).toBe(link)
  })

  it.each([
    'javascript:alert(1)',
    'JavaScript://%0aalert(1)',
    'data:text/html,hello',
    'http://example.org',
    'ftp://example.org',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/o/lab jobs',
    '/o\n',
    '\u0000/o',
    'https://',
    'https:example.org',
    'https://bank.example@evil.example/',
    'o/lab',
    'mailto:a@example.org',
    '?q',
  ])('may not link to %j', async (link) => {
    await expect(create({ link })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'link' }],
    })
    expect(await told()).toEqual([])
  })

  it.each([
    ['title', { title: 'two\nlines' }],
    ['title', { title: 'a\u2028b' }],
    ['title', { title: 'next\u0085line' }],
    ['title', { title: 'txt.\u202Eexe' }],
    ['title', { title: ' \u00A0 ' }],
    ['title', { title: 'nul\u0000' }],
    ['body', { body: 'nul\u0000' }],
    ['body', { body: '\u001B[2J' }],
    ['body', { body: '\u2067turned' }],
    ['severity', { severity: Severity.SEVERITY_SUCCESS }],
    ['publish_time', { publishTime: later(367 * DAY_MS) }],
    ['publish_time', { publishTime: new Date('9999-12-31') }],
    ['publish_time', { publishTime: new Date(Number.NaN) }],
  ])('are refused for their %s: %j', async (field, more) => {
    await expect(create(more)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field }] })
  })

  it('to an organisation that does not exist are refused, and counted for nobody', async () => {
    const organizations = ['organizations/lab', 'organizations/absent']
    const refusal = {
      code: 'NOT_FOUND',
      reason: 'ORGANIZATION_NOT_FOUND',
      violations: [{ field: 'organizations[1]' }],
    }
    await expect(create({ organizations })).rejects.toMatchObject(refusal)
    await expect(count(...organizations)).rejects.toMatchObject(refusal)
    expect(await told()).toEqual([])
  })
})
