import type { TransactionKind } from '../ledger/index.ts'

/** One transaction as it changed one organisation's balances of one class, in the smallest unit of the class. */
export interface StatementLine {
  readonly transactionId: string
  readonly time: Date
  readonly kind: TransactionKind
  readonly classId: string
  readonly availableChange: bigint
  readonly availableAfter: bigint
  readonly heldChange: bigint
  readonly heldAfter: bigint
  readonly reference: { readonly kind: 'job' | 'transfer'; readonly id: string } | undefined
  readonly description: string
  /** The other side of a transfer. */
  readonly counterpartyId: string | undefined
}
