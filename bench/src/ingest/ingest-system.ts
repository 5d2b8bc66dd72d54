import { setTimeout } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { organizationNo } from '../../../backend/src/modules/locations/organization-no.ts'
import { rows } from '../../../backend/src/modules/locations/sql.ts'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { durableServer } from '../ledger/durable-server.ts'
import { median } from '../median.ts'
import { parentOf, processorSeconds } from '../processor-seconds.ts'
import { bareCopy, copyDataOf, daysOf, makeTwin } from './bare-copy.ts'
import { benchNamespace } from './bench-broker.ts'
import { fillBefore } from './fill-before.ts'
import { type BenchDevice, FixStream, requestOf } from './fix-stream.ts'
import { GrpcLoad } from './grpc-load.ts'

const DEVICES = 5_000
const BATCH = 1_000
const AT_A_TIME = 12
const ROUND_BATCHES = 250
const ROUND_FIXES = ROUND_BATCHES * BATCH
const ROUNDS = 5
const DAY_MS = 86_400_000
/** Long enough for devices to have told before, short enough for any retention. */
const DAYS_AGO = 20
const TWIN = 'bare_fixes'
const LOOK_MS = 50

export const howMany = `${BATCH} a batch, ${AT_A_TIME} batches at a time`

export interface Round {
  /** Fixes a second by the product, each batch durable when it is answered, and by bare COPY. */
  readonly served: number
  readonly bare: number
  /** Processor time a fix. */
  readonly backendUs: number
  readonly postgresUs: number
  readonly barePostgresUs: number
}

/** A backend behind Envoy, devices of an organisation, and a table like that of the fixes for bare COPY. */
export class IngestSystem {
  readonly #backend: BackendSystem
  readonly #dataSource: DataSource
  readonly #load: GrpcLoad
  readonly #organizationNo: number
  readonly #devices: readonly BenchDevice[]
  readonly #stream: FixStream
  readonly #postgresPid: number

  private constructor(
    backend: BackendSystem,
    dataSource: DataSource,
    load: GrpcLoad,
    number: number,
    devices: readonly BenchDevice[],
    postgresPid: number,
  ) {
    this.#backend = backend
    this.#dataSource = dataSource
    this.#load = load
    this.#organizationNo = number
    this.#devices = devices
    this.#postgresPid = postgresPid
    const begin = Math.floor(Date.now() / DAY_MS - DAYS_AGO) * DAY_MS
    this.#stream = new FixStream(number, devices, begin)
  }

  /** @param amqpUrl where batches go through a queue of RabbitMQ to a worker; undefined: the backend writes them */
  static async start(started: AsyncDisposableStack, amqpUrl?: string): Promise<IngestSystem> {
    const backend = await startBackend(started, {
      postgres: durableServer,
      ...(amqpUrl === undefined
        ? {}
        : {
            worker: true,
            environment: {
              FAIRLEAD_LOCATION_SINK: 'amqp',
              AMQP_URL: amqpUrl,
              AMQP_NAMESPACE: benchNamespace(started, amqpUrl),
            },
          }),
    })
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
    const load = new GrpcLoad(envoy.url, backend.authorization)
    const number = await organizationNo(dataSource, backend.organizationId)
    const devices = await addDevices(dataSource, backend)
    return new IngestSystem(backend, dataSource, load, number, devices, await serverPid(dataSource))
  }

  /** So many fixes are stored then. */
  fill(count: number): Promise<void> {
    return fillBefore(this.#dataSource, this.#stream.beginMs, count, this.#organizationNo, DEVICES)
  }

  /** The medians of some rounds. */
  async rounds(): Promise<Round> {
    const measured: Round[] = []
    for (let number = 0; number < ROUNDS; number++) measured.push(await this.round())
    const of = (figure: keyof Round) => median(measured.map((each) => each[figure]))
    return {
      served: of('served'),
      bare: of('bare'),
      backendUs: of('backendUs'),
      postgresUs: of('postgresUs'),
      barePostgresUs: of('barePostgresUs'),
    }
  }

  /** The very same fixes both ways, one after the other. */
  async round(): Promise<Round> {
    const batches = Array.from({ length: ROUND_BATCHES }, () => this.#stream.next(BATCH))
    const { parent } = this.#backend
    const messages = batches.map((batch) => requestOf(parent, batch, this.#devices))
    const data = copyDataOf(batches)
    await makeTwin(this.#dataSource, TWIN, daysOf(batches))
    const before = this.#processors()
    const served = await rateOf(async () => {
      await this.#load.send(messages, BATCH, AT_A_TIME)
      await this.#untilStored(batches[0]?.timesMs[0] ?? 0)
    })
    const between = this.#processors()
    const bare = await rateOf(() => bareCopy(this.#dataSource, TWIN, data))
    const after = this.#processors()
    const perFix = 1e6 / ROUND_FIXES
    return {
      served,
      bare,
      backendUs: (between.backend - before.backend) * perFix,
      postgresUs: (between.postgres - before.postgres) * perFix,
      barePostgresUs: (after.postgres - between.postgres) * perFix,
    }
  }

  #processors(): { backend: number; postgres: number } {
    return { backend: processorSeconds(this.#backend.pid), postgres: processorSeconds(this.#postgresPid) }
  }

  /** At once, where the backend writes them. */
  async #untilStored(sinceMs: number): Promise<void> {
    for (;;) {
      const [row] = await rows<{ count: number }>(
        this.#dataSource,
        `select count(*)::int as count from fixes where recorded_at >= $1 and organization_no = $2
           and bucket >= $3`,
        [new Date(sinceMs), this.#organizationNo, Math.floor(sinceMs / 300_000)],
      )
      if ((row?.count ?? 0) >= ROUND_FIXES) return
      await setTimeout(LOOK_MS)
    }
  }
}

async function rateOf(write: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await write()
  return (ROUND_FIXES / (performance.now() - begin)) * 1000
}

/** The parent of all that PostgreSQL runs. */
async function serverPid(dataSource: DataSource): Promise<number> {
  const [row] = await rows<{ pid: number }>(dataSource, 'select pg_backend_pid() as pid', [])
  const pid = parentOf(row?.pid ?? 0)
  if (pid === undefined) throw new Error('PostgreSQL is no process of this machine')
  return pid
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
