import { v7 } from 'uuid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeliveredEvent } from '../../../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createEventTeller } from './testing/event-teller.ts'

const USERS = 2_500
const AUTHOR = '00000000-0000-7000-8000-000000000001'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  await dataSource.query(
    `insert into users (id, issuer, subject, email, email_verified, display_name)
     select case when number = 0 then $1 else md5(number::text)::uuid end, 'issuer', number::text,
       number || '@example.org', true, 'user' from generate_series(0, ${USERS}) as number`,
    [AUTHOR],
  )
})
afterEach(() => database.drop())

async function announce(title: string): Promise<DeliveredEvent> {
  const id = v7()
  await database.dataSource.query(
    `insert into announcements (id, title, body, severity, organization_ids, link, author_id, state, publish_time,
       request_hash)
     values ($1, $2, 'Two lines\nof text', 'WARNING', '{}', '/shared', $3, 'PUBLISHED', now(), '')`,
    [id, title, AUTHOR],
  )
  return {
    id: `e-${id}`,
    routingKey: 'notifications.announced.-',
    payload: { announcement: id },
    createTime: new Date(),
  }
}

const setUp = () => createEventTeller(database.dataSource)

async function counts() {
  const [row] = await database.dataSource.query(
    `select (select count(*)::int from notifications) as notifications,
       (select count(distinct user_id)::int from notifications) as users,
       (select count(*)::int from mail_entries) as mails,
       (select max(recipient_count) from announcements) as recipients`,
  )
  return row
}

test('an announcement stands in every inbox but its author’s, also of who wants none', async () => {
  await database.dataSource.query(
    `insert into notification_preferences (user_id, event_type, in_app, mail)
     select id, 'operator.announcement', false, 'OFF' from users where subject = '7'`,
  )
  const { handle, pushed } = setUp()
  expect(await handle([await announce('Down on Sunday')])).toEqual([])
  expect(await counts()).toEqual({
    notifications: USERS,
    users: USERS,
    mails: USERS - 1,
    recipients: USERS,
  })
  expect(pushed).toHaveLength(USERS)
  const [told] = await database.dataSource.query(
    `select title, body, severity, link, resource like 'announcements/%' as resource from notifications limit 1`,
  )
  expect(told).toEqual({
    title: 'Down on Sunday',
    body: 'Two lines\nof text',
    severity: 'WARNING',
    link: '/shared',
    resource: true,
  })
})

test('one that was interrupted half way goes on, and nobody has it twice', async () => {
  const { dataSource } = database
  const { handle } = setUp()
  const event = await announce('Down on Sunday')
  // The database is shut down while it writes the second thousand.
  await dataSource.query(
    `create function test_interrupt() returns trigger language plpgsql as $$
     begin
       if (select count(*) from notifications) >= 1000 then
         raise exception 'going down' using errcode = 'admin_shutdown';
       end if;
       return null;
     end $$`,
  )
  await dataSource.query(
    `create trigger test_interrupt before insert on notifications for each statement execute function test_interrupt()`,
  )
  await expect(handle([event])).rejects.toThrow('going down')
  expect(await counts()).toMatchObject({ notifications: 1_000, mails: 1_000, recipients: null })
  await dataSource.query('drop trigger test_interrupt on notifications')
  expect(await handle([event])).toEqual([])
  expect(await handle([event])).toEqual([])
  expect(await counts()).toEqual({
    notifications: USERS,
    users: USERS,
    mails: USERS,
    recipients: USERS,
  })
})

test('one that was taken back, or is none, is told to nobody', async () => {
  const { handle } = setUp()
  const event = await announce('Down on Sunday')
  await database.dataSource.query(`update announcements set state = 'CANCELLED'`)
  const unknown = { ...event, id: 'e-unknown', payload: { announcement: v7() } }
  expect(await handle([event, unknown])).toEqual([])
  expect(await counts()).toMatchObject({ notifications: 0, mails: 0 })
})
