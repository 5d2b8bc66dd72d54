import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { organizationNo } from '../../../backend/src/modules/locations/organization-no.ts'
import { FixPartitions } from '../../../backend/src/modules/locations/partitions/index.ts'
import { rows } from '../../../backend/src/modules/locations/sql.ts'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { durableServer } from '../ledger/durable-server.ts'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { bareCopy, copyDataOf, daysOf, makeTwin } from './bare-copy.ts'
import { type BenchDevice, FixStream, requestOf } from './fix-stream.ts'
import { GrpcLoad } from './grpc-load.ts'

const DEVICES = 5_000
const BATCH = 1_000
const AT_A_TIME = 12
const ROUND_BATCHES = 250
const ROUNDS = 5
const FILL_BATCH = 100_000
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

  /** Fixes a second of as many batches as a round has, both ways. */
  const round = async () => {
    const batches = Array.from({ length: ROUND_BATCHES }, () => stream.next(BATCH))
    const messages = batches.map((batch) => requestOf(backend.parent, batch, devices))
    const data = copyDataOf(batches)
    await makeTwin(dataSource, TWIN, daysOf(batches))
    const served = await rateOf(() => load.send(messages, BATCH, AT_A_TIME))
    const bare = await rateOf(() => bareCopy(dataSource, TWIN, data))
    return { served, bare }
  }
  const rounds = async () => {
    const measured: { served: number; bare: number }[] = []
    for (let number = 0; number < ROUNDS; number++) measured.push(await round())
    return {
      served: median(measured.map(({ served }) => served)),
      bare: median(measured.map(({ bare }) => bare)),
    }
  }

  // Warms up.
  await round()
  const lines: BenchLine[] = []
  let atFirst: number | undefined
  for (const millions of [1, 10, 30].filter((each) => each <= MILLIONS)) {
    await fillUp(dataSource, stream, millions * 1e6)
    const { served, bare } = await rounds()
    if (atFirst === undefined) {
      lines.push({
        label: `fixes by gRPC through Envoy, ${BATCH} a batch, ${AT_A_TIME} batches at a time, against bare COPY`,
        value: served,
        unit: 'fixes/s',
        reference: bare,
        ratio: served / bare,
        target: '>= 0.5',
      })
    } else {
      lines.push({
        label: `the same with ${millions} million stored, against 1 million`,
        value: served,
        unit: 'fixes/s',
        reference: atFirst,
        ratio: served / atFirst,
        target: '0.8 to 1.2',
      })
    }
    atFirst ??= served
  }
  return { name: 'ingest', lines }
}

async function rateOf(write: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await write()
  return ((ROUND_BATCHES * BATCH) / (performance.now() - begin)) * 1000
}

/** Up to so many fixes in both tables. */
async function fillUp(dataSource: DataSource, stream: FixStream, count: number): Promise<void> {
  const partitions = new FixPartitions(dataSource)
  const [stored] = await rows<{ count: string }>(dataSource, 'select count(*) from fixes', [])
  for (let filled = Number(stored?.count); filled < count; filled += FILL_BATCH) {
    const batch = stream.next(FILL_BATCH)
    const days = daysOf([batch])
    await partitions.ensure(days)
    await bareCopy(dataSource, 'fixes', copyDataOf([batch]))
  }
  await dataSource.query('vacuum analyze fixes')
  await dataSource.query('checkpoint')
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
