import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { listParkedEvents } from '../../../outbox/index.ts'
import { createTestDatabase } from '../../../testing/database.ts'
import { createBus } from '../create-bus.ts'
import { removeFromBroker } from '../testing/remove-from-broker.ts'
import { writeNumbers } from '../testing/write-numbers.ts'
import { messageOptions } from './event-message.ts'
import { namesOf } from './topology.ts'

const brokerUrl = process.env['AMQP_URL']

if (brokerUrl === undefined) {
  test.skip('a restored database needs a broker: set AMQP_URL', () => undefined)
} else {
  test('what the broker kept from before the database was restored is parked, and hides nothing that follows', async () => {
    const database = await createTestDatabase()
    const { url: databaseUrl, dataSource } = database
    const queue = { name: `q-${randomUUID()}`, patterns: ['jobs.#'] }
    const namespace = `test-${randomUUID()}-`
    const amqp = { url: brokerUrl }
    const bus = await createBus({ databaseUrl, dataSource, amqp, namespace, log: pino({ level: 'silent' }) })
    const got: unknown[] = []
    await bus.consume(queue, async (events) => {
      got.push(...events.map(({ payload }) => payload['n']))
      return []
    })
    await writeNumbers(dataSource, 1, 1)
    await expect.poll(() => got).toEqual([1])

    const broker = await connect(brokerUrl)
    const channel = await broker.createConfirmChannel()
    const content = Buffer.from('{"n":"lost"}')
    const event = {
      eventId: '5000',
      sequence: 5_000,
      routingKey: 'jobs.completed',
      createTime: new Date(),
      payload: String(content),
      payloadBytes: content.length,
    }
    channel.publish(
      namesOf(namespace).events,
      event.routingKey,
      content,
      messageOptions(event, { [queue.name]: 4_999 }, false),
    )
    await channel.waitForConfirms()
    await writeNumbers(dataSource, 2, 3)
    await expect.poll(() => got).toEqual([1, 2, 3])
    const parked = () => listParkedEvents(dataSource, { showSettled: true, limit: 10 })
    await expect.poll(async () => (await parked()).length, { timeout: 15_000 }).toBe(1)
    expect(await parked()).toMatchObject([{ reason: 'NOT_UNDERSTOOD', payload: String(content) }])
    const numbered: { sequence: string | null }[] = await dataSource.query(
      'select sequence from parked_events',
    )
    expect(numbered).toEqual([{ sequence: null }])

    await broker.close()
    await bus.close()
    await removeFromBroker(brokerUrl, namespace, [queue])
    await database.drop()
  }, 30_000)
}
