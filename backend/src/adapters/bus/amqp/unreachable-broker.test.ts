import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../../testing/database.ts'
import { createBus } from '../create-bus.ts'
import { removeFromBroker } from '../testing/remove-from-broker.ts'
import { writeNumbers } from '../testing/write-numbers.ts'

const brokerUrl = process.env['AMQP_URL']

if (brokerUrl === undefined) {
  test.skip('a broker that one process does not reach needs a broker: set AMQP_URL', () => undefined)
} else {
  test('a process that does not reach the broker leaves it to one that does', {
    timeout: 60_000,
  }, async () => {
    const database = await createTestDatabase()
    const { url: databaseUrl, dataSource } = database
    const queue = { name: `q-${randomUUID()}`, patterns: ['jobs.#'] }
    const namespace = `test-${randomUUID()}-`
    const got: unknown[] = []
    const open = async (url: string) => {
      const bus = await createBus({
        databaseUrl,
        dataSource,
        amqp: { url },
        namespace,
        log: pino({ level: 'silent' }),
      })
      await bus.consume(queue, async (events) => {
        got.push(...events.map(({ payload }) => payload['n']))
        return []
      })
      return bus
    }
    const cutOff = await open('amqp://127.0.0.1:1')
    // It holds both locks.
    const locks = () =>
      dataSource.query(
        `select from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and granted and pg_stat_activity.datname = current_database()`,
      )
    await expect.poll(async () => (await locks()).length).toBe(2)
    const connected = await open(brokerUrl)
    await writeNumbers(dataSource, 1, 3)
    await expect.poll(() => got, { timeout: 45_000 }).toEqual([1, 2, 3])

    await cutOff.close()
    await connected.close()
    await removeFromBroker(brokerUrl, namespace, [queue])
    await database.drop()
  })
}
