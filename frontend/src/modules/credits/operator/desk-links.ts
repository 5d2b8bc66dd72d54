/** "transferReviews/{uuid}" -> "/credits/reviews/{uuid}" */
export function reviewPath(name: string): string {
  return `/credits/reviews/${idOf(name)}`
}

/** "creditBookings/{uuid}" -> "/credits/bookings/{uuid}" */
export function bookingPath(name: string): string {
  return `/credits/bookings/${idOf(name)}`
}

/** "creditTransactions/{uuid}" -> "/credits/transactions/{uuid}" */
export function transactionPath(name: string): string {
  return `/credits/transactions/${idOf(name)}`
}

/** The last part of a resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

export type Reference =
  | { readonly kind: 'job'; readonly name: string; readonly label: string }
  | { readonly kind: 'page'; readonly path: string; readonly label: string }

const uuid = '[0-9a-f]{8}-[0-9a-f-]{27}'
const job = new RegExp(`^organizations/[a-z][a-z0-9-]*/jobs/${uuid}$`)
const transfer = new RegExp(`^(?:organizations/[a-z][a-z0-9-]*/)?transfers/${uuid}$`)
const booking = new RegExp(`^creditBookings/${uuid}$`)
const transaction = new RegExp(`^creditTransactions/${uuid}$`)

/** What a transaction was for, with the end of its id, which differs most; undefined when it was for nothing known. */
export function referenceOf(reference: string): Reference | undefined {
  const end = reference.slice(-8)
  if (job.test(reference)) return { kind: 'job', name: reference, label: `Job ${end}` }
  if (transfer.test(reference)) return { kind: 'page', path: reviewPath(reference), label: `Transfer ${end}` }
  if (booking.test(reference)) return { kind: 'page', path: bookingPath(reference), label: `Booking ${end}` }
  if (transaction.test(reference)) {
    return { kind: 'page', path: transactionPath(reference), label: `Transaction ${end}` }
  }
  return undefined
}
