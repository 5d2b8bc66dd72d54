import type { TransactionKind } from '@fairlead/proto/web/fairlead/credits/v1/credits'

const labels: Partial<Record<TransactionKind, string>> = {
  TRANSACTION_KIND_ISSUANCE: 'Issued',
  TRANSACTION_KIND_AWARD: 'Awarded',
  TRANSACTION_KIND_REDUCTION: 'Reduced',
  TRANSACTION_KIND_ADJUSTMENT: 'Adjusted',
  TRANSACTION_KIND_TRANSFER_HOLD: 'Held for a transfer',
  TRANSACTION_KIND_TRANSFER_RELEASE: 'Released from a transfer',
  TRANSACTION_KIND_TRANSFER: 'Transferred',
  TRANSACTION_KIND_JOB_HOLD: 'Held for a job',
  TRANSACTION_KIND_JOB_CAPTURE: 'Paid for a job',
  TRANSACTION_KIND_JOB_RELEASE: 'Released from a job',
  TRANSACTION_KIND_REVERSAL: 'Reversed',
}

const colors: Partial<Record<TransactionKind, string>> = {
  TRANSACTION_KIND_ISSUANCE: 'teal',
  TRANSACTION_KIND_AWARD: 'teal',
  TRANSACTION_KIND_REDUCTION: 'orange',
  TRANSACTION_KIND_ADJUSTMENT: 'grape',
  TRANSACTION_KIND_TRANSFER: 'sea',
  TRANSACTION_KIND_JOB_CAPTURE: 'sea',
  TRANSACTION_KIND_REVERSAL: 'grape',
}

/** Every kind, in the order that lists of them have. */
export const transactionKinds = Object.keys(labels) as TransactionKind[]

/** What happened, as a statement says it. */
export function transactionKindLabel(kind: TransactionKind): string {
  return labels[kind] ?? 'Unknown'
}

export function transactionKindColor(kind: TransactionKind): string {
  return colors[kind] ?? 'gray'
}
