import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { listNotifications } from './inbox-store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('the few that are archived are listed without reading the whole inbox', async () => {
  const { dataSource } = database
  const user = v7()
  await dataSource.query(
    `insert into users (id, email, display_name) values ($1::uuid, 'a@example.org', 'A')`,
    [user],
  )
  await dataSource.query(`insert into inboxes (user_id, last_sequence) values ($1, 20000)`, [user])
  await dataSource.query(
    `insert into notifications (user_id, sequence, event_id, event_type, title, body, severity, link, resource,
       organization, create_time, read_time, archive_time, quiet)
     select $1, number, number::text, 'jobs.completed', 'Done', '', 'INFO', '', '', 'lab', now(), now(),
       case when number <= 3 then now() end, false
     from generate_series(1, 20000) as number`,
    [user],
  )
  await dataSource.query('analyze notifications')
  const filter = { state: 'ARCHIVED' as const, modules: [], organization: undefined }
  const plans: string[] = []
  const explained = {
    query: async (sql: string, values: unknown[]) => {
      const plan: Record<string, string>[] = await dataSource.query(`explain ${sql}`, values)
      plans.push(plan.flatMap((row) => Object.values(row)).join('\n'))
      return dataSource.query(sql, values)
    },
  }
  const page = await listNotifications(explained as typeof dataSource, user, filter, undefined, 51)
  expect(page.notifications.map(({ sequence }) => sequence)).toEqual([3n, 2n, 1n])
  expect(plans.join('\n')).toContain('notifications_archived')
})
