import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createBus } from '../../../adapters/bus/create-bus.ts'
import { createDataSource } from '../../../database/index.ts'
import type { PushMessage } from '../../../ports/push.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createInboxConsumer } from './inbox-consumer.ts'

const EVENTS = 100_000
const USERS = 400
const ORGANIZATION = '01900000-0000-7000-8000-000000000001'
const TEST_MS = 300_000

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, 'lab', 'Lab', 'MEMBER')`,
    [ORGANIZATION],
  )
  // Of one number are a user, a membership and a job.
  await dataSource.query(
    `insert into users (id, issuer, subject, display_name)
     select md5(number::text)::uuid, 'issuer', number::text, 'user' from generate_series(1, ${USERS}) as number`,
  )
  await dataSource.query(
    `insert into memberships (id, organization_id, user_id, role) select id, $1, id, 'MEMBER' from users`,
    [ORGANIZATION],
  )
  await dataSource.query(
    `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
       destruction_time, execution_duration_ms, memory_limit_bytes, output_limit_bytes, quote_size_bytes,
       quote_duration_ms, task_count)
     select id, $1, id, 'cutout', '', '[]', '', 'PENDING', now() + interval '1 day', 60000, 1, 1, 1, 1, 1
     from users`,
    [ORGANIZATION],
  )
})
afterAll(() => database.drop())

/** A worker, as far as inboxes go, with connections of its own. */
async function startWorker(pushed: Map<string, Set<number>>) {
  const log = pino({ level: 'silent' })
  const { url } = database
  const dataSource = await createDataSource(url, { applicationName: 'test worker' }).initialize()
  const bus = await createBus({ databaseUrl: url, dataSource, log })
  const push = {
    async send(messages: readonly PushMessage[]) {
      for (const message of messages) {
        if (message.kind !== 'notification') continue
        const sequences = pushed.get(message.userId) ?? new Set()
        pushed.set(message.userId, sequences.add(message.sequence))
      }
    },
    sendHeads: async () => undefined,
    close: async () => undefined,
  }
  const consumer = createInboxConsumer({
    dataSource,
    bus,
    push,
    mailEnabled: true,
    clock: () => new Date(),
    log,
  })
  await consumer.start()
  return {
    async stop() {
      await consumer.stop()
      await bus.close()
      await dataSource.destroy()
    },
  }
}

async function written(): Promise<number> {
  const [row] = await database.dataSource.query(
    'select coalesce(sum(last_sequence), 0)::int as count from inboxes',
  )
  return row.count
}

test(
  '100,000 events that waited are told without a gap, though workers come and go and lose their connections',
  async () => {
    const { dataSource } = database
    const pushed = new Map<string, Set<number>>()
    // The queue is there from here on.
    await (await startWorker(pushed)).stop()
    for (let first = 0; first < EVENTS; first += 10_000) {
      await dataSource.query(
        `insert into outbox (routing_key, payload)
         select 'jobs.completed.${ORGANIZATION}', jsonb_build_object('job', user_id, 'owner', user_id,
           'organization', '${ORGANIZATION}', 'service', 'cutout', 'run_id', number::text)
         from (
           select number, md5((1 + number % ${USERS})::text)::uuid as user_id
           from generate_series($1::int, $1::int + 9999) as number
         ) as numbered`,
        [first],
      )
    }

    const first = await startWorker(pushed)
    const second = await startWorker(pushed)
    const until = (count: number) =>
      vi.waitFor(async () => expect(await written()).toBeGreaterThanOrEqual(count), {
        timeout: TEST_MS,
        interval: 100,
      })
    for (const count of [10_000, 25_000, 40_000]) {
      await until(count)
      await dataSource.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test worker'
           and datname = current_database()`,
      )
    }
    await first.stop()
    await until(60_000)
    const third = await startWorker(pushed)
    await second.stop()
    await until(EVENTS)
    await third.stop()

    const [told] = await dataSource.query(
      `select count(*)::int as received, count(*)::int - count(distinct event_id)::int as repeated
       from notifications`,
    )
    const wrong = await dataSource.query(
      `select user_id from inboxes
       where (last_sequence, last_sequence, unread_count) <> (
         select count(*), max(sequence), count(*) filter (where read_time is null) from notifications
         where notifications.user_id = inboxes.user_id)`,
    )
    // A user's notifications are in the order of their events.
    const disordered = await dataSource.query(
      `select from (
         select event_id::bigint as event, lag(event_id::bigint) over (partition by user_id order by sequence) as before
         from notifications
       ) as numbered where event < before limit 1`,
    )
    const pushedCount = [...pushed.values()].reduce((sum, sequences) => sum + sequences.size, 0)
    const missing = EVENTS - told.received
    process.stdout.write(
      `inboxes: sent ${EVENTS}, received ${told.received}, missing ${missing}, repeated ${told.repeated}\n`,
    )
    expect({ missing, repeated: told.repeated, wrong, disordered }).toEqual({
      missing: 0,
      repeated: 0,
      wrong: [],
      disordered: [],
    })
    expect(pushedCount).toBe(EVENTS)
    const [mails] = await dataSource.query('select count(*)::int as count from mail_entries')
    expect(mails.count).toBe(EVENTS)
  },
  TEST_MS,
)
