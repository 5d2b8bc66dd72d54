import { setTimeout } from 'node:timers/promises'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { type QueueDatabase, QueueServer } from './queue-system.ts'

const CONCURRENCY = 4
const ROUNDS = 3
const JOBS = 10
const TASKS_PER_JOB = 500

const FEW = 1_000
const MANY = 200_000
/** Tasks of the jobs that keep up what is waiting: the same for both, since queueing them takes time too. */
const REFILL = 500
/** Of one sample of the rate. */
const SAMPLE = 3_000

/**
 * Tasks that do nothing, through plan, queue, run and collect, with one worker; beside it as many jobs of
 * graphile-worker alone that do nothing, with one worker of the same concurrency. Then the rate with little and with
 * much waiting.
 */
export async function run(): Promise<BenchReport> {
  const server = await QueueServer.start()
  try {
    const throughput = await measureThroughput(server)
    const flatness = await measureFlatness(server)
    return {
      name: 'queue',
      lines: [
        {
          label: `tasks planned, queued, run and collected (${CONCURRENCY} at a time)`,
          value: throughput.own,
          unit: 'task/s',
          reference: throughput.bare,
          ratio: throughput.own / throughput.bare,
          target: '>= 0.5',
        },
        {
          label: `the rate with ${MANY} tasks waiting, against ${FEW}`,
          value: flatness.many,
          unit: 'task/s',
          reference: flatness.few,
          ratio: flatness.many / flatness.few,
          target: '0.8 to 1.2',
        },
      ],
    }
  } finally {
    await server.stop()
  }
}

async function measureThroughput(server: QueueServer): Promise<{ own: number; bare: number }> {
  const ownDatabase = await server.database('own')
  const bareDatabase = await server.database('bare')
  const organization = await ownDatabase.organization('bench')
  const stopOwn = await server.process(
    './idle-worker.ts',
    ownDatabase.url,
    server.folder,
    String(CONCURRENCY),
  )
  const stopBare = await server.process('./bare-worker.ts', bareDatabase.url, String(CONCURRENCY))
  const own: number[] = []
  const bare: number[] = []
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const bareMs = await runBare(bareDatabase)
    const ownMs = await runOwn(ownDatabase, organization)
    if (round === 0) continue
    bare.push((JOBS * TASKS_PER_JOB) / (bareMs / 1000))
    own.push((JOBS * TASKS_PER_JOB) / (ownMs / 1000))
  }
  await stopOwn()
  await stopBare()
  return { own: median(own), bare: median(bare) }
}

async function runOwn(database: QueueDatabase, organization: string): Promise<number> {
  const begunMs = performance.now()
  for (let job = 0; job < JOBS; job++) await database.submit(organization, TASKS_PER_JOB, 0)
  return (await database.untilAllEnded()) - begunMs
}

async function runBare({ dataSource }: QueueDatabase): Promise<number> {
  const begunMs = performance.now()
  for (let job = 0; job < JOBS; job++) {
    await dataSource.query(
      `select graphile_worker.add_jobs(array(
         select ('idle', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
         from generate_series(1, $1::int)))`,
      [TASKS_PER_JOB],
    )
  }
  for (;;) {
    const [row] = await dataSource.query(`select exists (select from graphile_worker._private_jobs) as left`)
    if (!row.left) return performance.now() - begunMs
    await setTimeout(10)
  }
}

/** Both backlogs stand in databases of their own; samples are taken in turns, one worker at a time. */
async function measureFlatness(server: QueueServer): Promise<{ few: number; many: number }> {
  const few = await server.database('few')
  const many = await server.database('many')
  const fewOrganization = await few.organization('bench')
  const manyOrganization = await many.organization('bench')
  for (let job = 0; job < MANY / 10_000; job++) await many.submit(manyOrganization, 10_000, 0)
  const samples = { few: [] as number[], many: [] as number[] }
  for (let round = 0; round < 3; round++) {
    samples.few.push(
      await sample(server, few, async () => {
        if ((await waitingOf(few)) < FEW) await few.submit(fewOrganization, REFILL, 0)
      }),
    )
    samples.many.push(
      await sample(server, many, async () => {
        if ((await waitingOf(many)) < MANY) await many.submit(manyOrganization, REFILL, 0)
      }),
    )
  }
  return { few: median(samples.few), many: median(samples.many) }
}

/** Tasks per second of a worker that has warmed up, with what is waiting kept up. */
async function sample(
  server: QueueServer,
  database: QueueDatabase,
  refill: () => Promise<void>,
): Promise<number> {
  let sampling = true
  const refilling = (async () => {
    while (sampling) {
      await refill()
      await setTimeout(50)
    }
  })()
  const stop = await server.process('./idle-worker.ts', database.url, server.folder, String(CONCURRENCY))
  const before = await database.completed()
  const begin = await database.untilCompleted(before + 1_000)
  const end = await database.untilCompleted(begin.completed + SAMPLE)
  sampling = false
  await refilling
  await stop()
  return (end.completed - begin.completed) / ((end.atMs - begin.atMs) / 1000)
}

async function waitingOf({ dataSource }: QueueDatabase): Promise<number> {
  const [row] = await dataSource.query(
    `select coalesce(sum(task_count - tasks_completed - tasks_failed), 0)::int as waiting from jobs
     where phase in ('QUEUED', 'EXECUTING')`,
  )
  return row.waiting
}
