import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { DataSource } from 'typeorm'
import { createBus } from '../../../backend/src/adapters/bus/create-bus.ts'
import { removeFromBroker } from '../../../backend/src/adapters/bus/testing/remove-from-broker.ts'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { declareQueue } from '../../../backend/src/outbox/outbox-readers.ts'
import { queries } from '../../../backend/src/outbox/typeorm-database.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { BarePublisher } from './bare-publisher.ts'
import { measureLatency } from './latency.ts'

const ROUNDS = 5
const EVENTS = 10_000
/** As the relay's. */
const BATCH = 500
const routingKey = `jobs.completed.${randomUUID()}`

/**
 * Events per second from the relay's start on committed rows to the last confirmation, marked in the outbox; beside it
 * amqplib publishing the same bodies to an equal queue, with confirms, in batches of the same size. Rounds alternate.
 * And from a COMMIT to the consumer's handler, by either bus.
 */
export async function run(): Promise<BenchReport> {
  const amqpUrl = process.env['AMQP_URL']
  if (amqpUrl === undefined) throw new Error('The bench outbox needs RabbitMQ. Set AMQP_URL.')
  await using started = new AsyncDisposableStack()
  const postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  const databaseUrl = postgres.url('postgres')
  await migrate(databaseUrl)
  const dataSource = await createDataSource(databaseUrl).initialize()
  started.defer(() => dataSource.destroy())
  const namespace = `bench-${randomUUID()}-`
  const queue = { name: 'bench', patterns: ['jobs.#'] }
  await declareQueue(queries(dataSource), queue)
  started.defer(() => removeFromBroker(amqpUrl, namespace, [queue]))
  const bare = await BarePublisher.open(amqpUrl, namespace)
  started.defer(() => bare.close())
  const options = { databaseUrl, dataSource, namespace, log: pino({ level: 'warn' }) }

  const own: number[] = []
  const reference: number[] = []
  // The first round is for warming up.
  for (let round = 0; round <= ROUNDS; round++) {
    const bodies = await writeEvents(dataSource)
    const bareMs = await bare.publish(routingKey, bodies, BATCH)
    await bare.empty()
    const beginMs = performance.now()
    const bus = await createBus({ ...options, amqp: { url: amqpUrl } })
    await untilSent(dataSource)
    const ownMs = performance.now() - beginMs
    await bus.close()
    if (round === 0) continue
    reference.push((EVENTS / bareMs) * 1000)
    own.push((EVENTS / ownMs) * 1000)
  }
  const [value, floor] = [median(own), median(reference)]
  return {
    name: 'outbox',
    lines: [
      {
        label: 'events relayed, from commit to confirmation, against amqplib alone',
        value,
        unit: 'events/s',
        reference: floor,
        ratio: value / floor,
        target: '>= 0.5',
      },
      ...(await measureLatency('RabbitMQ', { ...options, amqp: { url: amqpUrl } }, queue)),
      ...(await measureLatency('PostgreSQL', options, queue)),
    ],
  }
}

/** As wide as an event of an ended job. Returns what their messages hold. */
async function writeEvents(dataSource: DataSource): Promise<Buffer[]> {
  const written = await dataSource.query<{ body: string }[]>(
    `insert into outbox (routing_key, payload)
     select $1, jsonb_build_object('job', gen_random_uuid(), 'organization', gen_random_uuid(),
       'owner', gen_random_uuid(), 'service', 'cutout', 'run_id', 'survey field ' || n, 'phase', 'COMPLETED',
       'version', n, 'sequence', n, 'error_reason', null, 'error_message', null, 'tasks_failed', 0)
     from generate_series(1, ${EVENTS}) as n returning payload::text as body`,
    [routingKey],
  )
  return written.map(({ body }) => Buffer.from(body))
}

async function untilSent(dataSource: DataSource): Promise<void> {
  for (;;) {
    const [left] = await dataSource.query<{ left: boolean }[]>(
      `select exists (select from outbox where sequence is null) or coalesce(
         (select position from outbox_readers where kind = 'RELAY'), 0) < (select last_sequence from outbox_head)
         as left`,
    )
    if (left?.left === false) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
