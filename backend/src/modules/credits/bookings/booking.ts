import type { AttachedFile } from '../attachments/index.ts'

/** ISSUANCE and AWARD give, REDUCTION takes what there is, ADJUSTMENT does either, REVERSAL undoes a transaction. */
export type BookingKind = 'ISSUANCE' | 'AWARD' | 'REDUCTION' | 'ADJUSTMENT' | 'REVERSAL'

/** SUBMITTED waits for another person; the others are for good. */
export type BookingState = 'SUBMITTED' | 'BOOKED' | 'DECLINED' | 'WITHDRAWN'

export type BookingAction = 'APPROVE' | 'DECLINE' | 'WITHDRAW'

/** What one organisation is given or loses, in the smallest unit of the class. */
export interface BookingRow {
  /** Of the file, from 2; position from 1 when there was none. */
  readonly line: number
  readonly organizationId: string
  readonly classId: string
  /** Of a reduction what is taken, positive. Of others the change: less than 0 takes. */
  readonly amount: bigint
  readonly reference: string
}

export interface BookedRow extends BookingRow {
  /** Of a reduction that is booked: what the organisation did not have. */
  readonly deficit: bigint
  readonly transactionId: string | undefined
}

/** Of one class. */
export interface BookingTotal {
  readonly classCode: string
  readonly amount: bigint
  readonly rowCount: number
}

export interface Evidence {
  readonly displayName: string
  readonly file: AttachedFile
}

export interface NewBooking {
  readonly id: string
  readonly kind: BookingKind
  readonly displayName: string
  readonly reason: string
  readonly evidenceUrls: readonly string[]
  /** Files of the operator. */
  readonly evidence: readonly Evidence[]
  /** Empty when there was none. */
  readonly fileName: string
  readonly fileSha256: Buffer | undefined
  readonly rows: readonly BookingRow[]
  /** By code. */
  readonly totals: readonly BookingTotal[]
  /** Of a REVERSAL. */
  readonly reversedTransaction: string | undefined
  readonly creatorId: string
  readonly requestId: string | undefined
  /** SHA-256 of what was asked for. */
  readonly requestHash: Buffer
}

export interface BookingRecord extends Omit<NewBooking, 'rows' | 'requestId' | 'requestHash'> {
  readonly state: BookingState
  readonly rowCount: number
  readonly createTime: Date
  /** Who approved, declined or withdrew it. */
  readonly deciderId: string | undefined
  readonly decideTime: Date | undefined
  readonly decisionReason: string
}

/** What is wrong with a row, for whoever wrote it. */
export interface RowError {
  readonly line: number
  /** Empty when it is about the whole line. */
  readonly column: BookingColumn | ''
  readonly message: string
}

/** The header of a file, in this order. */
export const bookingColumns = ['organization', 'credit_class', 'amount', 'reference'] as const
export type BookingColumn = (typeof bookingColumns)[number]

export const ROWS_MAX = 10_000
/** Of a file. */
export const CONTENT_MAX_BYTES = 2 * 1024 * 1024
