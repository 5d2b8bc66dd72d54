import { createHash } from 'node:crypto'

/** Columns of credit_transactions as text; time in microseconds since 1970. */
export interface SealedTransaction {
  readonly id: string
  readonly kind: string
  readonly class_id: string
  readonly time: string
  readonly description: string
  readonly reference_kind: string | null
  readonly reference_id: string | null
  readonly actor_id: string | null
  readonly request_id: string | null
  /** Lower-case hexadecimal. */
  readonly request_hash: string | null
  /** As PostgreSQL writes jsonb. */
  readonly metadata: string
  readonly reverses: string | null
}

/** Columns of credit_postings as text; time in microseconds since 1970. */
export interface SealedPosting {
  readonly transaction_id: string
  readonly account_id: string
  readonly account_kind: string
  readonly organization_id: string | null
  readonly class_id: string
  readonly sequence: string
  readonly amount: string
  readonly balance_after: string
  readonly time: string
}

/** What the first seal follows. */
export const FIRST_HASH = Buffer.alloc(32)

/**
 * A seal: SHA-256 of the 32 bytes of the seal before it and of the transaction as UTF-8:
 *
 * id|kind|class|time|reference|actor|request|request hash|reverses|LENGTH:description|LENGTH:metadata|postings
 *
 * LENGTH is in bytes; a reference is KIND:ID; times are microseconds since 1970; what there is not is empty. Postings
 * are in the order of their accounts' ids, with `;` between them:
 *
 * account:kind:organisation:class:sequence:amount:balance after:time
 *
 * Two transactions never have the same text: only description and metadata may contain the marks, and their lengths
 * stand before them.
 *
 * @param postings in the order of their accounts' ids
 */
export function sealHash(
  before: Buffer,
  transaction: SealedTransaction,
  postings: readonly SealedPosting[],
): Buffer {
  const { reference_kind: referenceKind, reference_id: referenceId, description, metadata } = transaction
  const content = [
    transaction.id,
    transaction.kind,
    transaction.class_id,
    transaction.time,
    referenceKind === null ? '' : `${referenceKind}:${referenceId}`,
    transaction.actor_id ?? '',
    transaction.request_id ?? '',
    transaction.request_hash ?? '',
    transaction.reverses ?? '',
    `${Buffer.byteLength(description)}:${description}`,
    `${Buffer.byteLength(metadata)}:${metadata}`,
    postings.map(postingText).join(';'),
  ].join('|')
  return createHash('sha256').update(before).update(content).digest()
}

function postingText(posting: SealedPosting): string {
  return [
    posting.account_id,
    posting.account_kind,
    posting.organization_id ?? '',
    posting.class_id,
    posting.sequence,
    posting.amount,
    posting.balance_after,
    posting.time,
  ].join(':')
}
