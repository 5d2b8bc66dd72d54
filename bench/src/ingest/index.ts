import type { BenchLine, BenchReport } from '../report.ts'
import { howMany, IngestSystem, type Round } from './ingest-system.ts'

/** 30 is what the figures of the documentation are of; a smaller number is quicker. */
const MILLIONS = Number(process.env['FAIRLEAD_BENCH_MILLIONS'] ?? '30')

/**
 * Batches by gRPC through Envoy, each answered when it is durable, against one COPY of the very same rows into a table
 * with the same indexes and partitions, in turns; then the same with more and more stored. With RabbitMQ at hand, the
 * same by way of its queue until all is stored.
 */
export async function run(): Promise<BenchReport> {
  const lines = await measureDirect()
  const amqpUrl = process.env['AMQP_URL']
  if (amqpUrl !== undefined) lines.push(await measureQueued(amqpUrl))
  return { name: 'ingest', lines }
}

async function measureDirect(): Promise<BenchLine[]> {
  await using started = new AsyncDisposableStack()
  const system = await IngestSystem.start(started)
  // Warms up.
  await system.round()
  const lines: BenchLine[] = []
  let first: Round | undefined
  for (const millions of [1, 10, 30].filter((each) => each <= MILLIONS)) {
    await system.fill(millions * 1e6)
    const measured = await system.rounds()
    lines.push(...(first === undefined ? linesOf(measured) : linesWith(millions, measured, first)))
    first ??= measured
  }
  return lines
}

async function measureQueued(amqpUrl: string): Promise<BenchLine> {
  await using started = new AsyncDisposableStack()
  const system = await IngestSystem.start(started, amqpUrl)
  // Warms up.
  await system.round()
  const { served, bare } = await system.rounds()
  return {
    label: 'the same by way of RabbitMQ, until all is stored',
    value: served,
    unit: 'fixes/s',
    reference: bare,
    ratio: served / bare,
    target: '>= 0.35',
  }
}

function linesOf({ served, bare, backendUs, postgresUs, barePostgresUs }: Round): BenchLine[] {
  return [
    {
      label: `fixes by gRPC through Envoy, ${howMany}, 1 million stored, against bare COPY`,
      value: served,
      unit: 'fixes/s',
      reference: bare,
      ratio: served / bare,
      target: '>= 0.5',
    },
    { label: '  processor time of the backend a fix', value: backendUs, unit: 'us' },
    {
      label: '  processor time of PostgreSQL a fix, against bare COPY',
      value: postgresUs,
      unit: 'us',
      reference: barePostgresUs,
      ratio: postgresUs / barePostgresUs,
    },
  ]
}

function linesWith(millions: number, measured: Round, first: Round): BenchLine[] {
  return [
    {
      label: `the same with ${millions} million stored, against 1 million`,
      value: measured.served,
      unit: 'fixes/s',
      reference: first.served,
      ratio: measured.served / first.served,
      target: '>= 0.8',
    },
    {
      label: '  against bare COPY at that time',
      value: measured.served,
      unit: 'fixes/s',
      reference: measured.bare,
      ratio: measured.served / measured.bare,
      target: '>= 0.5',
    },
    {
      label: '  processor time of PostgreSQL a fix, against 1 million',
      value: measured.postgresUs,
      unit: 'us',
      reference: first.postgresUs,
      ratio: measured.postgresUs / first.postgresUs,
      target: '<= 1.2',
    },
  ]
}
