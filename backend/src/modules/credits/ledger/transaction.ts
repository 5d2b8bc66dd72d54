import type { AccountKey } from './account.ts'

export const transactionKinds = [
  'ISSUANCE',
  'AWARD',
  'REDUCTION',
  'ADJUSTMENT',
  'TRANSFER_HOLD',
  'TRANSFER_RELEASE',
  'TRANSFER',
  'JOB_HOLD',
  'JOB_CAPTURE',
  'JOB_RELEASE',
  'REVERSAL',
] as const

/** Why balances changed; the names of fairlead.credits.v1.TransactionKind without their prefix. */
export type TransactionKind = (typeof transactionKinds)[number]

/** What a transaction was for. */
export type TransactionReference = Readonly<{ kind: 'job' | 'transfer' | 'booking'; id: string }>

/** A change of one account; amounts are in the smallest unit of the class, and never zero. */
export interface NewPosting {
  readonly account: AccountKey
  readonly amount: bigint
}

/** What is to be booked. Its postings are of one class, name no account twice and sum to zero. */
export interface NewTransaction {
  /** UUIDv7. Default: a new one. */
  readonly id?: string
  readonly kind: TransactionKind
  readonly classId: string
  readonly postings: readonly NewPosting[]
  /** For people. */
  readonly description: string
  readonly reference?: TransactionReference
  /** Who caused it; the system when there is none. */
  readonly actorId?: string
  /** UUID. A second transaction with it is not booked: the first one is the answer. */
  readonly requestId?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** The transaction that this one undoes. */
  readonly reverses?: string
}

export interface Posting extends NewPosting {
  readonly balanceAfter: bigint
  /** Of the account, from 1 without gaps. */
  readonly sequence: bigint
}

/** A transaction that is booked. It never changes. */
export interface TransactionRecord extends NewTransaction {
  readonly id: string
  readonly postings: readonly Posting[]
  /** Later than that of every earlier posting of the same accounts. Milliseconds; the table has microseconds. */
  readonly time: Date
}

export type RefusalReason =
  /** `organizationId` has only `available`. */
  | 'INSUFFICIENT_CREDITS'
  | 'CLASS_EXPIRED'
  | 'CLASS_CLOSED'
  | 'CLASS_UNKNOWN'
  /** The request id came with another body before. */
  | 'REQUEST_ID_REUSED'
  | 'ALREADY_REVERSED'
  /** Holds, releases and reversals are not undone. */
  | 'NOT_REVERSIBLE'
  | 'TRANSACTION_UNKNOWN'
  /** An amount is not within 1 and 10^15, or a balance would not be. */
  | 'AMOUNT_OUT_OF_RANGE'
  /** The job or the transfer had a hold that has ended. */
  | 'HOLD_CLOSED'
  /** Of all or none, another one was refused. */
  | 'OTHERS_REFUSED'

export interface Refusal {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** Whose credits are too few. */
  readonly organizationId?: string
  /** What it has, in the class of the transaction. */
  readonly available?: bigint
}

export type PostOutcome =
  | { readonly kind: 'posted' | 'repeated'; readonly transaction: TransactionRecord }
  | Refusal

/** Of a transaction, either way: 10^15 of the smallest unit. */
export const AMOUNT_MAX = 1_000_000_000_000_000n
