import type { AttachedFile } from '../attachments/index.ts'
import type { TransferAction, TransferState } from './transfer-state.ts'
import type { Standing } from './transfer-transitions.ts'

/** SELL: the proposing organisation sells. */
export type TransferDirection = 'SELL' | 'BUY'

/** AFFILIATED: between organisations under one control. EXCHANGE: for other credits, services or goods. */
export type TradeCategory = 'SALE' | 'AFFILIATED' | 'EXCHANGE' | 'GIFT'

/** Either an https address, or a file of the organisation that proposed. */
export type Attachment = { readonly displayName: string } & (
  | { readonly url: string }
  | { readonly file: AttachedFile }
)

/** As it is asked for: `file` is "organizations/{organization}/files/{uuid}". */
export interface AskedAttachment {
  readonly displayName: string
  readonly url: string
  readonly file: string
}

/** What both sides agree on. */
export interface TransferTerms {
  readonly direction: TransferDirection
  readonly sellerId: string
  readonly buyerId: string
  readonly classId: string
  /** In the smallest unit of the class, 1 to 10^15. */
  readonly amount: bigint
  /** Of one whole credit, in millionths of the currency. */
  readonly pricePerCreditMicros: bigint
  /** ISO 4217; may be empty when the price is 0. */
  readonly currencyCode: string
  readonly category: TradeCategory
  /** "YYYY-MM-DD" in UTC; undefined for at once when approved. */
  readonly effectiveDate: string | undefined
  readonly attachments: readonly Attachment[]
}

export interface NewTransfer extends TransferTerms {
  readonly id: string
  readonly proposerId: string
  readonly expireTime: Date
  readonly requestId: string | undefined
  /** SHA-256 of what was asked for, to tell a repeat from another request under the same request_id. */
  readonly requestHash: Buffer
}

export interface TransferRecord extends TransferTerms, Standing {
  readonly id: string
  readonly state: TransferState
  readonly expireTime: Date
  readonly deciderId: string | undefined
  readonly createTime: Date
  readonly acceptTime: Date | undefined
  readonly recordTime: Date | undefined
  /** Of the last step, and of the last one that members see. */
  readonly updateTime: Date
  readonly publicUpdateTime: Date
  readonly stepCount: number
  readonly publicStepCount: number
  /** When it was read and judged, as PostgreSQL writes it: the time of a step that is taken then. */
  readonly readTime: string
}

/** Who did what. */
export interface TransferStep {
  readonly action: TransferAction
  /** After it. */
  readonly state: TransferState
  /** Undefined when the system did it. */
  readonly userId: string | undefined
  readonly organizationId: string | undefined
  readonly time: Date
  readonly reason: string
  readonly public: boolean
}

export interface TransferComment {
  /** Undefined when whoever reads it may not know. */
  readonly userId: string | undefined
  readonly organizationId: string
  readonly text: string
  readonly public: boolean
  readonly time: Date
}

export interface Declaration {
  /** SHA-256 of the text, lower-case hexadecimal. */
  readonly id: string
  readonly text: string
}

export interface Signature {
  readonly text: string
  readonly userId: string
  readonly organizationId: string
  readonly time: Date
}

export function proposingOrganization({ direction, sellerId, buyerId }: TransferTerms): string {
  return direction === 'SELL' ? sellerId : buyerId
}
