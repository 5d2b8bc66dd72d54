import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { readSeed, seedIdentity } from '../../identity/index.ts'
import { InboxService } from './inbox-service.ts'
import { removeOldNotifications } from './retention.ts'

let database: TestDatabase
let userId: string

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  const members = [{ email: 'alice@example.org', role: 'MEMBER' as const }]
  await seedIdentity(
    dataSource,
    readSeed({ organizations: [{ slug: 'lab', displayName: 'Lab', kind: 'MEMBER', members }] }),
  )
  userId = (await dataSource.query('select id from users'))[0].id
  await dataSource.query(`insert into inboxes (user_id, last_sequence, unread_count) values ($1, 10, 8)`, [
    userId,
  ])
  // Seven are too old, the first two of them read.
  await dataSource.query(
    `insert into notifications (user_id, sequence, event_id, event_type, title, body, severity, link, resource,
       organization, create_time, read_time, quiet)
     select $1, number, number::text, 'jobs.completed', 'Done', '', 'INFO', '', '', 'lab',
       now() - (case when number <= 7 then 400 - number else 300 - number end) * interval '1 day',
       case when number <= 2 then now() end, false
     from generate_series(1, 10) as number`,
    [userId],
  )
})
afterAll(() => database.drop())

test('what is too old goes, the oldest first; sequences and the count of the unread stay right', async () => {
  const { dataSource } = database
  const inbox = new InboxService(dataSource)
  expect(await removeOldNotifications(dataSource, 3)).toBe(3)
  expect(await inbox.after(userId, 0n, 1)).toMatchObject({
    inbox: { lastSequence: 10n, unreadCount: 7 },
    notifications: [{ sequence: 4n }],
  })
  // Two sweeps at once remove each of them once.
  const removed = await Promise.all([removeOldNotifications(dataSource), removeOldNotifications(dataSource)])
  expect(removed.reduce((sum, count) => sum + count)).toBe(4)
  const replayed = await inbox.after(userId, 2n, 100)
  expect(replayed.notifications.map(({ sequence }) => sequence)).toEqual([8n, 9n, 10n])
  expect(replayed.inbox).toEqual({ lastSequence: 10n, unreadCount: 3 })
  expect(await removeOldNotifications(dataSource)).toBe(0)
})
