import { startTestIssuer } from '../../../backend/src/testing/issuer.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { ensurePages, startSystem } from '../../../frontend/server/sockets/faults/testing/system.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { quantile, USERS } from './load.ts'
import { measureProduct } from './measure-product.ts'
import { measureReference } from './reference.ts'
import type { Memory } from './server-memory.ts'

const MEASURED_MS = 20_000

/**
 * From a commit to the socket of its user, with 5,000 sockets on one frontend and 1,000 messages a second; beside it
 * from publishing the same load to RabbitMQ to the sockets of a bare server that consumes it. The same processes of
 * sockets on both sides; half of the reference before, half after. Also what an idle socket takes of either server.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const broker = process.env['AMQP_URL']
  if (broker === undefined || broker === '') throw new Error('This bench needs RabbitMQ; set AMQP_URL.')
  await ensurePages()
  // Tells when each row of an inbox was committed.
  const postgres = await startPostgresServer(['track_commit_timestamp=on'])
  started.defer(() => postgres.stop())
  const issuer = await startTestIssuer()
  started.defer(() => issuer.stop())
  await issuer.rotate('ES256')

  const measure = async (name: string, amqpUrl: string | undefined) => {
    await using system = new AsyncDisposableStack()
    return await measureProduct(
      await startSystem(system, { postgres, issuer, name, amqpUrl }),
      issuer,
      MEASURED_MS,
    )
  }
  const before = await measureReference(broker, MEASURED_MS / 2)
  const rabbitmq = await measure('with_rabbitmq', broker)
  const postgresql = await measure('with_postgresql', undefined)
  const after = await measureReference(broker, MEASURED_MS / 2)
  const referenceMs = [...before.ms, ...after.ms].toSorted((a, b) => a - b)
  return {
    name: 'push',
    lines: [
      ...timeLines('RabbitMQ: commit of the event to socket', rabbitmq.fromEventMs, referenceMs),
      ...timeLines('RabbitMQ: commit of the message to socket', rabbitmq.fromRowMs, referenceMs),
      ...timeLines('PostgreSQL: commit of the event to socket', postgresql.fromEventMs, referenceMs),
      ...timeLines('PostgreSQL: commit of the message to socket', postgresql.fromRowMs, referenceMs),
      ...memoryLines('RabbitMQ', rabbitmq.socketMemory, before.socketMemory),
      ...memoryLines('PostgreSQL', postgresql.socketMemory, before.socketMemory),
    ],
  }
}

function timeLines(label: string, ms: readonly number[], referenceMs: readonly number[]): BenchLine[] {
  const line = (name: string, share: number, target: { target?: string }): BenchLine => {
    const [value, reference] = [quantile(ms, share), quantile(referenceMs, share)]
    return { label: `${label}, ${name}`, value, unit: 'ms', reference, ratio: value / reference, ...target }
  }
  return [line('median', 0.5, {}), line('99th percentile', 0.99, { target: '<= 2' })]
}

function memoryLines(bus: string, own: Memory, reference: Memory): BenchLine[] {
  const line = (what: string, bytes: number, referenceBytes: number): BenchLine => ({
    label: `${bus}: ${what} memory of one of ${USERS} idle sockets`,
    value: bytes / 1024,
    unit: 'KiB',
    reference: referenceBytes / 1024,
    ratio: bytes / referenceBytes,
    target: '<= 2',
  })
  return [
    line('resident', own.residentBytes, reference.residentBytes),
    line('used', own.usedBytes, reference.usedBytes),
  ]
}
