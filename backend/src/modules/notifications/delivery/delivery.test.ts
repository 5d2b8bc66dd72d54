import type { DeliveryServiceService } from '@fairlead/proto/server/fairlead/notifications/v1/delivery'
import {
  BusKind,
  MailState,
  ParkedAt,
  ParkedEventState,
} from '@fairlead/proto/server/fairlead/notifications/v1/delivery'
import pino from 'pino'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeEvent } from '../../../outbox/index.ts'
import { parkEvent } from '../../../outbox/parked-events.ts'
import { queries } from '../../../outbox/typeorm-database.ts'
import type { CallContext } from '../../../server/call-context.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { deliveryHandler } from './delivery-handler.ts'
import { Delivery } from './delivery-service.ts'

type Handlers = ServiceHandlers<typeof DeliveryServiceService>

const operatorId = v7()
const operator: CallContext = {
  caller: { userId: operatorId, displayName: 'Olivia', email: 'olivia@example.org' },
  organization: undefined,
  permissions: new Set(),
  requestId: 'test',
  log: pino({ level: 'silent' }),
  signal: new AbortController().signal,
}

describe('delivery', () => {
  let database: TestDatabase
  let handlers: Handlers
  let events = 0

  const status = () => handlers.getDeliveryStatus({}, operator)
  const parked = (more: object = {}) =>
    handlers.listParkedEvents({ showSettled: false, pageSize: 0, pageToken: '', ...more }, operator)
  const mails = (more: object = {}) =>
    handlers.listMails({ states: [], recipient: '', pageSize: 0, pageToken: '', ...more }, operator)
  const query = (sql: string, ...values: unknown[]) => database.dataSource.query(sql, values)

  /** As the consumer puts an event aside that it does not understand. */
  async function park(
    routingKey: string,
    payload = '{"job": 1}',
    parkedAt = 'notifications',
  ): Promise<string> {
    const event = { eventId: String(++events), sequence: events, routingKey, payload, createTime: new Date() }
    const refusal = { reason: 'NOT_UNDERSTOOD', message: 'job is not a UUID' }
    await parkEvent(queries(database.dataSource), parkedAt, event, refusal)
    const [row] = await query('select id from parked_events where event_id = $1', event.eventId)
    return `parkedEvents/${row.id}`
  }

  /** As the sender leaves a mail. */
  async function mail(recipient: string, state: string): Promise<string> {
    const id = v7()
    await query(
      `insert into mails (id, user_id, recipient, invitation, bulk, entry_count, state, attempt_count,
         next_attempt_time, lease_id, lease_expire_time, last_response, message_id, create_time, send_time, end_time)
       values ($1, $2, $3, false, false, 1, $4, 3, case when $4 = 'WAITING' then now() + interval '1 hour' end,
         case when $4 = 'SENDING' then $1::uuid end, case when $4 = 'SENDING' then now() + interval '1 hour' end,
         '450 4.2.1 mailbox busy', 'id@example.org', now() - interval '2 hours',
         case when $4 = 'SENT' then now() end, case when $4 not in ('WAITING', 'SENDING') then now() end)`,
      id,
      v7(),
      recipient,
      state,
    )
    await query(
      `insert into mail_entries (id, event_id, user_id, event_type, title, body, severity, link, delivery, due_time,
         create_time, mail_id)
       select $1::uuid, $1::text, user_id, 'jobs.completed', 'Done', '', 'SUCCESS', '', 'AT_ONCE', create_time,
         create_time, id
       from mails where id = $2`,
      v7(),
      id,
    )
    return `mails/${id}`
  }

  beforeAll(async () => {
    database = await createTestDatabase()
    handlers = deliveryHandler({
      delivery: new Delivery({ dataSource: database.dataSource, mailEnabled: true }),
      pageTokens: pageTokens(Buffer.alloc(32, 1)),
    }).handlers as unknown as Handlers
  })
  beforeEach(() => query('truncate outbox, parked_events, bus_reports, mails, mail_entries, mail_server'))
  afterAll(() => database.drop())

  it('of an installation that no worker has ever run in stands still, and says so', async () => {
    await writeEvent(database.dataSource.manager, { routingKey: 'jobs.completed.-', payload: {} })
    expect(await status()).toMatchObject({
      bus: BusKind.BUS_KIND_UNSPECIFIED,
      busConnected: false,
      busProblem: expect.stringMatching(/worker/),
      waitingEvents: 1,
      oldestEventTime: expect.any(Date),
      parkedEvents: 0,
      mailEnabled: true,
      waitingMails: 0,
      oldestMailTime: undefined,
      mailProblem: '',
    })
  })

  it('counts what is parked, and mails by what became of them', async () => {
    await park('jobs.completed.-')
    for (const state of ['WAITING', 'SENT', 'SENT', 'REJECTED', 'FAILED', 'DROPPED']) {
      await mail('a@example.org', state)
    }
    expect(await status()).toMatchObject({
      parkedEvents: 1,
      waitingMails: 1,
      oldestMailTime: expect.any(Date),
      sentMails: 2,
      rejectedMails: 1,
      failedMails: 1,
    })
  })

  it('lists parked events by pages, the latest first, settled ones when asked', async () => {
    const made: string[] = []
    for (let index = 0; index < 5; index++) made.unshift(await park(`jobs.completed.${index}`))
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await parked({ pageSize: 2, pageToken })
      seen.push(...page.parkedEvents.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(made)
    const [latest = ''] = made
    await handlers.discardParkedEvent({ name: latest }, operator)
    expect((await parked()).parkedEvents.map(({ name }) => name)).toEqual(made.slice(1))
    expect((await parked({ showSettled: true })).parkedEvents).toMatchObject([
      { name: latest, state: ParkedEventState.PARKED_EVENT_STATE_DISCARDED },
      ...made.slice(1).map((name) => ({ name, state: ParkedEventState.PARKED_EVENT_STATE_PARKED })),
    ])
    const { nextPageToken } = await parked({ pageSize: 1 })
    await expect(parked({ showSettled: true, pageToken: nextPageToken })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
  })

  it('tells of a parked event where, why and what, cut off when it is long', async () => {
    await park('jobs.completed.-', JSON.stringify({ text: '😀'.repeat(6_000) }), 'RELAY')
    const [event] = (await parked()).parkedEvents
    expect(event).toMatchObject({
      routingKey: 'jobs.completed.-',
      parkedAt: ParkedAt.PARKED_AT_RELAY,
      reason: 'NOT_UNDERSTOOD',
      message: 'job is not a UUID',
      createTime: expect.any(Date),
      parkTime: expect.any(Date),
    })
    expect(event?.payload.length).toBeLessThanOrEqual(10_000)
    expect(event?.payload.isWellFormed()).toBe(true)
  })

  it('retries a parked event once, as the event that it was', async () => {
    const name = await park('jobs.completed.-')
    const [{ event_id: eventId }] = await query('select event_id from parked_events')
    const retries = await Promise.allSettled(
      Array.from({ length: 3 }, () => handlers.retryParkedEvent({ name }, operator)),
    )
    expect(retries.filter(({ status: each }) => each === 'fulfilled')).toHaveLength(1)
    expect(await query('select routing_key, payload, replays_id from outbox')).toEqual([
      { routing_key: 'jobs.completed.-', payload: { job: 1 }, replays_id: String(eventId) },
    ])
    await expect(handlers.discardParkedEvent({ name }, operator)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'PARKED_EVENT_SETTLED',
    })
  })

  it.each(['retryParkedEvent', 'discardParkedEvent', 'retryMail'] as const)(
    '%s does not find what is not there',
    async (method) => {
      const kind = method === 'retryMail' ? 'mails' : 'parkedEvents'
      await expect(handlers[method]({ name: `${kind}/${v7()}` }, operator)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await expect(handlers[method]({ name: `${kind}/${'-'.repeat(36)}` }, operator)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        violations: [{ field: 'name' }],
      })
    },
  )

  it('lists mails by state and recipient, in pages', async () => {
    const [first, second, third] = [
      await mail('a@example.org', 'SENT'),
      await mail('b@example.org', 'REJECTED'),
      await mail('a@example.org', 'WAITING'),
    ]
    const names = async (more: object = {}) => (await mails(more)).mails.map(({ name }) => name)
    expect(new Set(await names())).toEqual(new Set([first, second, third]))
    expect(await names({ states: [MailState.MAIL_STATE_REJECTED] })).toEqual([second])
    expect(new Set(await names({ recipient: 'a@example.org' }))).toEqual(new Set([first, third]))
    expect(await names({ recipient: "a@example.org' or true --" })).toEqual([])
    const page = await mails({ pageSize: 2 })
    const rest = await names({ pageSize: 2, pageToken: page.nextPageToken })
    expect(new Set([...page.mails.map(({ name }) => name), ...rest])).toEqual(new Set([first, second, third]))
    expect((await mails({ states: [MailState.MAIL_STATE_WAITING] })).mails).toMatchObject([
      {
        name: third,
        recipient: 'a@example.org',
        entryCount: 1,
        attemptCount: 3,
        nextAttemptTime: expect.any(Date),
        sendTime: undefined,
        lastResponse: '450 4.2.1 mailbox busy',
      },
    ])
  })

  it('tries a mail again that was given up, and none that was sent', async () => {
    const rejected = await mail('b@example.org', 'REJECTED')
    expect(await handlers.retryMail({ name: rejected }, operator)).toMatchObject({
      name: rejected,
      state: MailState.MAIL_STATE_WAITING,
    })
    const sent = await mail('b@example.org', 'SENT')
    await expect(handlers.retryMail({ name: sent }, operator)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'MAIL_NOT_RETRYABLE',
    })
  })
})
