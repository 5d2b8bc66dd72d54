export type { Discrepancy, DiscrepancyReason } from './discrepancies.ts'
export { type Reconciliation, reconcile } from './reconcile.ts'
export type { ReconciliationLine } from './reconciliation-lines.ts'
