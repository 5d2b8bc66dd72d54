import type { BookingKind, BookingRow } from '@fairlead/proto/web/fairlead/credits/v1/bookings'

/** What a row does to its organisation's available credits: a reduction is drawn up in what it takes. */
export function signedAmount({ amount }: Pick<BookingRow, 'amount'>, kind: BookingKind): bigint {
  return kind === 'BOOKING_KIND_REDUCTION' ? -amount : amount
}

/** What the organisation has too little of for a row, as things stand; 0 when it has enough. */
export function shortfall(row: Pick<BookingRow, 'amount' | 'available'>, kind: BookingKind): bigint {
  const after = row.available + signedAmount(row, kind)
  return after < 0n ? -after : 0n
}
