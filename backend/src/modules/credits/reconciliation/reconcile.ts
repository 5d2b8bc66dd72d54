import type { DataSource } from 'typeorm'
import { rows } from '../sql.ts'
import { type Discrepancy, discrepanciesIn } from './discrepancies.ts'
import { type ReconciliationLine, reconciliationLines } from './reconciliation-lines.ts'

export interface Reconciliation {
  /** Of all that it says. */
  readonly time: Date
  readonly lines: readonly ReconciliationLine[]
  /** At most 100; empty when all agrees. */
  readonly discrepancies: readonly Discrepancy[]
}

const DISCREPANCIES_MAX = 100

/** Whether what the ledger says and what jobs, transfers and bookings say agree, in one snapshot. */
export function reconcile(dataSource: DataSource): Promise<Reconciliation> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    await manager.query('set transaction read only')
    const [now] = await rows<{ time: Date }>(manager, 'select now() as time', [])
    return {
      time: now?.time ?? new Date(),
      lines: await reconciliationLines(manager),
      discrepancies: await discrepanciesIn(manager, DISCREPANCIES_MAX),
    }
  })
}
