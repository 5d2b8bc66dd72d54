import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { lockInboxes, writeNotifications } from './write-notifications.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('who is gone since they were found to be a recipient keeps it from nobody else', async () => {
  const { dataSource } = database
  const [here, gone] = [v7(), v7()]
  for (const id of [here, gone]) {
    await dataSource.query(
      `insert into users (id, email, display_name) values ($1::uuid, $1::text, 'Someone')`,
      [id],
    )
  }
  // As when an invited person turns out to be a user: the deletion commits while the writer waits for it.
  const signIn = dataSource.createQueryRunner()
  await signIn.startTransaction()
  await signIn.query('delete from users where id = $1', [gone])
  const writing = inTransaction(dataSource, async (transaction) => {
    await lockInboxes(transaction, [gone, here])
    return writeNotifications(
      transaction,
      [gone, here].map((userId) => ({
        userId,
        eventId: '1',
        eventType: 'identity.role_changed',
        title: 'Your role changed',
        body: '',
        severity: 'INFO' as const,
        link: '',
        resource: '',
        organization: '',
        createTime: new Date(),
        quiet: false,
      })),
    )
  })
  const waiting = () =>
    dataSource.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  await expect.poll(async () => (await waiting()).length).toBe(1)
  await signIn.commitTransaction()
  await signIn.release()
  const written = await writing
  expect(written.map(({ notification }) => [notification.userId, notification.sequence])).toEqual([
    [here, 1n],
  ])
})
