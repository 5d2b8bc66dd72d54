import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { durableServer } from './durable-server.ts'
import { proposalRates } from './front-door.ts'
import { LedgerLoad } from './ledger-load.ts'
import { Pgbench } from './pgbench.ts'

const CLIENTS = 8
const ACCOUNTS = 10_000
/** One branch per client, as pgbench's manual advises: with fewer, its clients wait for each other's branch. */
const SCALE = CLIENTS
const ROUNDS = 5
const SECONDS = 6

/** pgbench's reference for what one row can take. */
const ONE_ROW = 'update pgbench_branches set bbalance = bbalance + 1 where bid = 1;\n'

/**
 * Transfers in the service, each with a request id and durable before it is answered, against pgbench's TPC-B-like
 * script on the same server; then all out of one account, against pgbench updating one row. In turns. Last, what
 * books through the front door.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  const script = join(folder, 'one-row.sql')
  writeFileSync(script, ONE_ROW)
  const postgres = await startPostgresServer(durableServer)
  started.defer(() => postgres.stop())
  const url = postgres.url('postgres')
  const pgbench = await Pgbench.create(url, CLIENTS, SCALE)
  const load = await LedgerLoad.create(url, CLIENTS, ACCOUNTS)
  started.defer(() => load.close())

  const rates = { transfers: [], reference: [], hot: [], row: [] } as Record<string, number[]>
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const measured = {
      reference: await pgbench.rate(SECONDS),
      transfers: await load.rate(SECONDS),
      row: await pgbench.rate(SECONDS, script),
      hot: await load.hotRate(SECONDS),
    }
    if (round === 0) continue
    for (const [name, rate] of Object.entries(measured)) rates[name]?.push(rate)
  }
  const proposals = median(await proposalRates(CLIENTS, ROUNDS, SECONDS))
  const [transfers, reference, hot, row] = ['transfers', 'reference', 'hot', 'row'].map((name) =>
    median(rates[name] ?? []),
  ) as [number, number, number, number]
  return {
    name: 'ledger',
    lines: [
      {
        label: `transfers in the service, ${CLIENTS} clients, ${ACCOUNTS} accounts by zipf, against TPC-B-like`,
        value: transfers,
        unit: 'tx/s',
        reference,
        ratio: transfers / reference,
        target: '>= 0.5',
      },
      {
        label: 'transfers out of one account, against updates of one row',
        value: hot,
        unit: 'tx/s',
        reference: row,
        ratio: hot / row,
        target: '>= 0.5',
      },
      {
        label: `proposals to sell through Envoy, ${CLIENTS} clients, each with a hold of one account`,
        value: proposals,
        unit: 'req/s',
      },
    ],
  }
}
