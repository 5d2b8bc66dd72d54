import type { ClassCode, Member, Person } from './world.ts'

/** Transfers, bookings and jobs by names of the plan's own: ids of the server are known only once it answered. */
export type TransferKey = `t${number}`
export type BookingKey = `b${number}`
/** A UUID, which the plan chooses. */
export type JobKey = string

export interface Propose {
  readonly does: 'propose'
  readonly by: Person
  readonly from: Member
  readonly partner: Member
  readonly direction: 'SELL' | 'BUY'
  readonly creditClass: ClassCode
  readonly amount: bigint
  readonly effective: 'AT_ONCE' | 'TODAY' | 'TOMORROW'
  /** Whether every declaration is ticked. */
  readonly agrees: boolean
  readonly dryRun: boolean
  readonly requestId: string
  readonly transfer: TransferKey
}

/** What one side does. */
export interface Trade {
  readonly does: 'accept' | 'refuse' | 'rescind' | 'say'
  readonly by: Person
  readonly from: Member
  readonly transfer: TransferKey
  /** Of accept. */
  readonly agrees: boolean
}

/** What the operator's people do. */
export interface Review {
  readonly does: 'recommend approval' | 'recommend rejection' | 'approve' | 'decline' | 'note'
  readonly by: Person
  readonly transfer: TransferKey
}

export interface RecordTransfers {
  readonly does: 'record'
  readonly by: Person
  readonly transfers: readonly TransferKey[]
  readonly dryRun: boolean
}

export interface BookingRow {
  readonly organization: Member
  readonly creditClass: ClassCode
  readonly amount: bigint
}

export interface DrawUp {
  readonly does: 'draw up'
  readonly by: Person
  readonly kind: 'ISSUANCE' | 'AWARD' | 'REDUCTION' | 'ADJUSTMENT'
  readonly rows: readonly BookingRow[]
  readonly requestId: string
  readonly booking: BookingKey
}

/** A booking that undoes a transaction that is booked: by its id and what it did. */
export interface DrawUpReversal {
  readonly does: 'draw up reversal'
  readonly by: Person
  readonly transaction: string
  readonly requestId: string
  readonly booking: BookingKey
}

export interface Decide {
  readonly does: 'book' | 'turn down' | 'withdraw'
  readonly by: Person
  readonly booking: BookingKey
}

export interface Hold {
  readonly does: 'hold'
  readonly job: JobKey
  readonly organization: Member
  readonly creditClass: ClassCode
  readonly amount: bigint
}

/** The ends of jobs, in one transaction: what each used of its hold. */
export interface Settle {
  readonly does: 'settle'
  readonly jobs: readonly { readonly job: JobKey; readonly capture: bigint }[]
}

export interface SetClass {
  readonly does: 'set class'
  readonly by: Person
  readonly creditClass: ClassCode
  readonly state: 'ACTIVE' | 'CLOSED'
}

/** What a worker does from time to time. */
export interface Sweep {
  readonly does: 'sweep'
}

export interface SealUp {
  readonly does: 'seal'
}

export interface Verify {
  readonly does: 'verify'
}

export type Action =
  | Propose
  | Trade
  | Review
  | RecordTransfers
  | DrawUp
  | DrawUpReversal
  | Decide
  | Hold
  | Settle
  | SetClass
  | Sweep
  | SealUp
  | Verify

/** What a caller learnt. `lost`: nothing, since the process was killed; it may have happened or not. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string | undefined }
  | { readonly kind: 'lost' }

export interface Told {
  readonly action: Action
  readonly outcome: Outcome
}

export function actionText(action: Action): string {
  return JSON.stringify(action, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
}
