import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import { rows } from '../sql.ts'

type LedgerFigures = Readonly<{
  unsealed: number
  /** Of the oldest of them; 0 when there is none. */
  oldestUnsealedAgeSeconds: number
  /** By the last verification that ended. */
  broken: number
  /** Since the last verification that found the ledger intact ended, or since the first transaction. */
  intactAgeSeconds: number
}>

/** Registers figures of the ledger: the whole installation's, as those of the queue are. */
export function ledgerMetrics(registry: Registry, dataSource: DataSource): void {
  const figures = new SharedFigures<LedgerFigures>(dataSource, {
    name: 'ledger',
    count: () => countLedger(dataSource),
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_credits_unsealed_transactions',
    help: 'Transactions of credits of the installation that are not in the chain of seals yet.',
    figureOf: ({ unsealed }) => unsealed,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_credits_oldest_unsealed_age_seconds',
    help: 'Age of the oldest transaction of credits that is not sealed; 0 when there is none.',
    figureOf: ({ oldestUnsealedAgeSeconds }) => oldestUnsealedAgeSeconds,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_credits_ledger_broken',
    help: '1 when the last verification of the ledger found a transaction that is broken, else 0.',
    figureOf: ({ broken }) => broken,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_credits_ledger_intact_age_seconds',
    help: 'Seconds since a verification last found the ledger intact; without one, since its first transaction.',
    figureOf: ({ intactAgeSeconds }) => intactAgeSeconds,
  })
}

/** By the queue of the sealer, the ends of an index and the few verifications: never by the size of the ledger. */
async function countLedger(dataSource: DataSource): Promise<LedgerFigures> {
  const [row] = await rows<{ unsealed: number; oldest: number; broken: number; intact: number }>(
    dataSource,
    `select waiting.unsealed, waiting.oldest, coalesce(last.broken, 0) as broken,
       coalesce(extract(epoch from now() - coalesce(
         (select max(end_time) from credit_verifications where outcome = 'INTACT'),
         (select min(time) from credit_transactions))), 0)::double precision as intact
     from (
       select count(*)::int as unsealed,
         coalesce(greatest(extract(epoch from now() - min(time)), 0), 0)::double precision as oldest
       from credit_unsealed
     ) as waiting
     left join (
       select (outcome = 'BROKEN')::int as broken from credit_verifications
       where end_time is not null order by end_time desc limit 1
     ) as last on true`,
    [],
  )
  return {
    unsealed: row?.unsealed ?? 0,
    oldestUnsealedAgeSeconds: row?.oldest ?? 0,
    broken: row?.broken ?? 0,
    intactAgeSeconds: Math.max(row?.intact ?? 0, 0),
  }
}
