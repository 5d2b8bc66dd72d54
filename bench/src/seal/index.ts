import { seal } from '../../../backend/src/modules/credits/sealing/index.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { durableServer } from '../ledger/durable-server.ts'
import { LedgerLoad } from '../ledger/ledger-load.ts'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { startSealer } from './sealer-process.ts'

const CLIENTS = 8
const ACCOUNTS = 10_000
const ROUNDS = 5
const SECONDS = 6
const BATCH = 1_000

/**
 * Transactions sealed a second when there are many to seal, against the ledger's rate without a sealer; and that rate
 * with a sealer beside it, as the worker runs it, against without. In turns.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const postgres = await startPostgresServer(durableServer)
  started.defer(() => postgres.stop())
  const load = await LedgerLoad.create(postgres.url('postgres'), CLIENTS, ACCOUNTS)
  started.defer(() => load.close())
  const { dataSource } = load

  const [alone, beside, sealed]: [number[], number[], number[]] = [[], [], []]
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const aloneRate = await load.rate(SECONDS)
    const sealRate = await drain()
    const stop = await startSealer(load.url)
    const besideRate = await load.rate(SECONDS)
    await stop()
    await drain()
    if (round === 0) continue
    alone.push(aloneRate)
    sealed.push(sealRate)
    beside.push(besideRate)
  }
  const [rate, sealRate, besideRate] = [median(alone), median(sealed), median(beside)]
  return {
    name: 'seal',
    lines: [
      {
        label: 'transactions sealed, against the ledger at its top rate',
        value: sealRate,
        unit: 'tx/s',
        reference: rate,
        ratio: sealRate / rate,
        target: '>= 3',
      },
      {
        label: "the ledger's rate while what it books is sealed, against without",
        value: besideRate,
        unit: 'tx/s',
        reference: rate,
        ratio: besideRate / rate,
        target: '>= 0.9',
      },
    ],
  }

  /** Seals all that is booked; answers how many a second. */
  async function drain(): Promise<number> {
    const begunMs = performance.now()
    let count = 0
    for (let last = BATCH; last === BATCH; count += last) last = await seal(dataSource, BATCH)
    return (count / (performance.now() - begunMs)) * 1000
  }
}
