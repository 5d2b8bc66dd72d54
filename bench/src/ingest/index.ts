import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { organizationNo } from '../../../backend/src/modules/locations/organization-no.ts'
import { rows } from '../../../backend/src/modules/locations/sql.ts'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { durableServer } from '../ledger/durable-server.ts'
import { median } from '../median.ts'
import { parentOf, processorSeconds } from '../processor-seconds.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { bareCopy, copyDataOf, daysOf, makeTwin } from './bare-copy.ts'
import { fillBefore } from './fill-before.ts'
import { type BenchDevice, FixStream, requestOf } from './fix-stream.ts'
import { GrpcLoad } from './grpc-load.ts'

const DEVICES = 5_000
const BATCH = 1_000
const AT_A_TIME = 12
const ROUND_BATCHES = 250
const ROUNDS = 5
/** 30 is what the figures of the documentation are of; a smaller number is quicker. */
const MILLIONS = Number(process.env['FAIRLEAD_BENCH_MILLIONS'] ?? '30')
const TWIN = 'bare_fixes'

/**
 * Batches by gRPC through Envoy, each answered when it is durable, against one COPY of the very same rows into a table
 * with the same indexes and partitions, in turns; then the same with more and more stored.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const backend = await startBackend(started, { postgres: durableServer })
  const [host = '', grpcPort] = backend.grpcAddress.split(':')
  const http = { host, port: Number(backend.httpAddress.split(':')[1]) }
  const envoy = await runEnvoy({
    backendGrpc: { host, port: Number(grpcPort) },
    backendHttp: http,
    frontend: http,
  })
  started.defer(() => envoy.stop())
  const dataSource = await createDataSource(backend.databaseUrl, { statementTimeoutMs: 0 }).initialize()
  started.defer(() => dataSource.destroy())
  const no = await organizationNo(dataSource, backend.organizationId)
  const devices = await addDevices(dataSource, backend)
  const stream = new FixStream(no, devices, Math.floor(Date.now() / 86_400_000 - 20) * 86_400_000)
  const load = new GrpcLoad(envoy.url, backend.authorization)
  started.defer(() => load.close())

  const postgresPid = await serverPid(dataSource)
  /** As many batches as a round has, both ways. */
  const round = async (): Promise<Round> => {
    const batches = Array.from({ length: ROUND_BATCHES }, () => stream.next(BATCH))
    const messages = batches.map((batch) => requestOf(backend.parent, batch, devices))
    const data = copyDataOf(batches)
    await makeTwin(dataSource, TWIN, daysOf(batches))
    const before = [processorSeconds(backend.pid), processorSeconds(postgresPid)] as const
    const served = await rateOf(() => load.send(messages, BATCH, AT_A_TIME))
    const between = [processorSeconds(backend.pid), processorSeconds(postgresPid)] as const
    const bare = await rateOf(() => bareCopy(dataSource, TWIN, data))
    const perFix = 1e6 / (ROUND_BATCHES * BATCH)
    return {
      served,
      bare,
      backendUs: (between[0] - before[0]) * perFix,
      postgresUs: (between[1] - before[1]) * perFix,
      barePostgresUs: (processorSeconds(postgresPid) - between[1]) * perFix,
    }
  }
  const rounds = async (): Promise<Round> => {
    const measured: Round[] = []
    for (let number = 0; number < ROUNDS; number++) measured.push(await round())
    const of = (figure: keyof Round) => median(measured.map((each) => each[figure]))
    return {
      served: of('served'),
      bare: of('bare'),
      backendUs: of('backendUs'),
      postgresUs: of('postgresUs'),
      barePostgresUs: of('barePostgresUs'),
    }
  }

  // Warms up.
  await round()
  const lines: BenchLine[] = []
  let first: Round | undefined
  for (const millions of [1, 10, 30].filter((each) => each <= MILLIONS)) {
    await fillBefore(dataSource, stream.beginMs, millions * 1e6, no, devices.length)
    const measured = await rounds()
    lines.push(...(first === undefined ? linesOf(measured) : linesWith(millions, measured, first)))
    first ??= measured
  }
  return { name: 'ingest', lines }
}

interface Round {
  /** Fixes a second by the product, and by bare COPY. */
  readonly served: number
  readonly bare: number
  /** Processor time a fix. */
  readonly backendUs: number
  readonly postgresUs: number
  readonly barePostgresUs: number
}

function linesOf({ served, bare, backendUs, postgresUs, barePostgresUs }: Round): BenchLine[] {
  return [
    {
      label: `fixes by gRPC through Envoy, ${BATCH} a batch, ${AT_A_TIME} batches at a time, against bare COPY`,
      value: served,
      unit: 'fixes/s',
      reference: bare,
      ratio: served / bare,
      target: '>= 0.5',
    },
    { label: 'processor time of the backend a fix', value: backendUs, unit: 'us' },
    {
      label: 'processor time of PostgreSQL a fix, against bare COPY',
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
      label: `  against bare COPY at that time`,
      value: measured.served,
      unit: 'fixes/s',
      reference: measured.bare,
      ratio: measured.served / measured.bare,
      target: '>= 0.5',
    },
    {
      label: `  processor time of PostgreSQL a fix, against 1 million`,
      value: measured.postgresUs,
      unit: 'us',
      reference: first.postgresUs,
      ratio: measured.postgresUs / first.postgresUs,
      target: '<= 1.2',
    },
  ]
}

/** The parent of all that PostgreSQL runs. */
async function serverPid(dataSource: DataSource): Promise<number> {
  const [row] = await rows<{ pid: number }>(dataSource, 'select pg_backend_pid() as pid', [])
  const pid = parentOf(row?.pid ?? 0)
  if (pid === undefined) throw new Error('PostgreSQL is no process of this machine')
  return pid
}

async function rateOf(write: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await write()
  return ((ROUND_BATCHES * BATCH) / (performance.now() - begin)) * 1000
}

async function addDevices(
  dataSource: DataSource,
  { organizationId }: BackendSystem,
): Promise<readonly BenchDevice[]> {
  return rows<BenchDevice>(
    dataSource,
    `with given as (
       select n, gen_random_uuid() as device_id, gen_random_uuid() as person_id from generate_series(1, $2) n
     ), people as (
       insert into persons (id, organization_id, display_name)
       select person_id, $1, 'Person ' || n from given order by n returning id, person_no
     ), made as (
       insert into devices (id, organization_id, person_id, display_name, external_id)
       select device_id, $1, person_id, 'Device ' || n, 'device-' || n from given order by n
       returning person_id, device_no, external_id
     )
     select made.external_id as "externalId", made.device_no as "deviceNo", people.person_no as "personNo"
     from made join people on people.id = made.person_id order by device_no`,
    [organizationId, DEVICES],
  )
}
