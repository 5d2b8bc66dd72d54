import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import pino from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createTestDatabase } from '../../../testing/database.ts'
import { pushContract } from '../push-contract.ts'
import { openPostgresPushReceiver } from './postgres-push-receiver.ts'
import { createPostgresPushSender } from './postgres-push-sender.ts'

const log = pino({ level: 'silent' })
const silent = { onMessage: () => undefined, onHead: () => undefined, onResync: () => undefined }

/** A role of the kind that frontends have: it may connect, and no more. */
async function createListenerRole(url: string) {
  const role = `push_${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create role ${role} login password 'secret'`)
  const listenerUrl = new URL(url)
  listenerUrl.username = role
  listenerUrl.password = 'secret'
  return {
    url: listenerUrl.href,
    async disconnect() {
      await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [role])
    },
    async drop() {
      await client.query(`drop role ${role}`)
      await client.end()
    },
  }
}

pushContract('PostgreSQL', async () => {
  const database = await createTestDatabase()
  const role = await createListenerRole(database.url)
  return {
    sender: createPostgresPushSender({ dataSource: database.dataSource }),
    open: (handlers) => openPostgresPushReceiver({ databaseUrl: role.url, handlers, log }),
    disconnectReceivers: () => role.disconnect(),
    async close() {
      await role.drop()
      await database.drop()
    },
  }
})

it('opens while the database is away, and asks for a resync once it is there', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const role = await createListenerRole(database.url)
  onTestFinished(() => role.drop())
  await database.dataSource.query(`alter role ${new URL(role.url).username} nologin`)
  const onResync = vi.fn()
  const onMessage = vi.fn()
  const receiver = await openPostgresPushReceiver({
    databaseUrl: role.url,
    handlers: { ...silent, onMessage, onResync },
    log,
  })
  onTestFinished(() => receiver.close())
  const userId = randomUUID()
  await receiver.bind(userId)
  expect(receiver.connected()).toBe(false)

  await database.dataSource.query(`alter role ${new URL(role.url).username} login`)
  await expect.poll(() => receiver.connected()).toBe(true)
  expect(onResync).toHaveBeenCalledOnce()
  const sender = createPostgresPushSender({ dataSource: database.dataSource })
  await sender.send([{ kind: 'inbox', userId, lastSequence: 3, unreadCount: 2 }])
  await expect
    .poll(() => onMessage.mock.calls)
    .toEqual([[{ kind: 'inbox', userId, lastSequence: 3, unreadCount: 2 }]])
})

it('goes on after a message that is not ours', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const userId = randomUUID()
  const onMessage = vi.fn()
  const receiver = await openPostgresPushReceiver({
    databaseUrl: database.url,
    handlers: { ...silent, onMessage },
    log,
  })
  onTestFinished(() => receiver.close())
  await receiver.bind(userId)
  for (const payload of ['', 'hello', `${userId}`, `${userId}x1 2`, `${userId}iA 2`, `*${userId}A`]) {
    await database.dataSource.query(`select pg_notify('fairlead_push', $1)`, [payload])
  }
  await createPostgresPushSender({ dataSource: database.dataSource }).send([
    { kind: 'inbox', userId, lastSequence: 1, unreadCount: 1 },
  ])
  await expect.poll(() => onMessage.mock.calls.length).toBe(1)
})
