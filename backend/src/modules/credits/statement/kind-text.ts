import type { TransactionKind } from '../ledger/index.ts'

const texts: Readonly<Record<TransactionKind, string>> = {
  ISSUANCE: 'Issued',
  AWARD: 'Awarded',
  REDUCTION: 'Reduced',
  ADJUSTMENT: 'Adjusted',
  TRANSFER_HOLD: 'Held for a transfer',
  TRANSFER_RELEASE: 'Released from a transfer',
  TRANSFER: 'Transferred',
  JOB_HOLD: 'Held for a job',
  JOB_CAPTURE: 'Paid for a job',
  JOB_RELEASE: 'Released from a job',
  REVERSAL: 'Reversed',
}

/** What happened, in the words of the pages. */
export function kindText(kind: TransactionKind): string {
  return texts[kind]
}
