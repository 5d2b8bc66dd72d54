import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { BookingState, RowError } from './booking.ts'

/** Rows that an error names. */
const NAMED_MAX = 100

export const bookingNotFound = () =>
  new DomainError('NOT_FOUND', 'BOOKING_NOT_FOUND', 'There is no such booking of credits.')

export const ownBooking = () =>
  new DomainError(
    'PERMISSION_DENIED',
    'OWN_BOOKING',
    'You drew this booking up: someone else has to decide it. You may withdraw it.',
  )

export const othersBooking = () =>
  new DomainError(
    'PERMISSION_DENIED',
    'OTHERS_BOOKING',
    'Only the person who drew a booking up may withdraw it.',
  )

const outcomes: Readonly<Record<BookingState, string>> = {
  SUBMITTED: 'is submitted',
  BOOKED: 'was approved and booked',
  DECLINED: 'was declined',
  WITHDRAWN: 'was withdrawn',
}

export const bookingDecided = (state: BookingState) =>
  new DomainError('FAILED_PRECONDITION', 'BOOKING_DECIDED', `The booking ${outcomes[state]} already.`, {
    metadata: { state },
  })

export const requestIdReused = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    'This request_id was used for another booking. Use a new UUID for each, and the same one for its repeats.',
    { violations: [{ field: 'request_id', description: 'was used for another booking.' }] },
  )

/**
 * @param fieldOf where the request has the row
 */
export function wrongRows(
  errors: readonly RowError[],
  fieldOf: (error: RowError) => FieldViolation,
): DomainError {
  const count =
    errors.length === 1 ? 'One row is wrong' : `${errors.length.toLocaleString('en')} things are wrong`
  const [first] = errors
  const example = first === undefined ? '' : ` ${fieldOf(first).description}`
  return new DomainError('INVALID_ARGUMENT', 'BOOKING_ROWS', `${count}; nothing was submitted.${example}`, {
    violations: errors.slice(0, NAMED_MAX).map(fieldOf),
    metadata: { errorCount: String(errors.length) },
  })
}

/** Of rows that were right when they were submitted. */
export function rowsRefused(
  refused: readonly { readonly line: number; readonly message: string }[],
): DomainError {
  const named = refused.slice(0, NAMED_MAX).map(({ line, message }) => `Line ${line}: ${message}`)
  const more = refused.length > named.length ? ` And ${refused.length - named.length} more.` : ''
  return new DomainError('ABORTED', 'ROWS_REFUSED', `Nothing was booked. ${named.join(' ')}${more}`, {
    violations: refused
      .slice(0, NAMED_MAX)
      .map(({ line, message }) => ({ field: `rows[${line}]`, description: message })),
    metadata: { refusedCount: String(refused.length) },
  })
}

export const reversalRefused = (reason: string, message: string) =>
  new DomainError('FAILED_PRECONDITION', reason, message, {
    violations: [{ field: 'reversed_transaction', description: message }],
  })

export const transactionNotFound = () =>
  new DomainError('NOT_FOUND', 'TRANSACTION_UNKNOWN', 'There is no such transaction.', {
    violations: [{ field: 'reversed_transaction', description: 'does not exist.' }],
  })

export const notReversible = () =>
  reversalRefused(
    'NOT_REVERSIBLE',
    'Only what was issued, awarded, reduced, adjusted, transferred or paid is undone; what is held ends with its job or transfer.',
  )
