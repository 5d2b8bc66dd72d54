import type { BookingKind, BookingState } from '@fairlead/proto/web/fairlead/credits/v1/bookings'

interface KindWords {
  readonly label: string
  /** What it does, in a sentence. */
  readonly text: string
}

/** In the order in which they are offered. */
const kinds = {
  BOOKING_KIND_ISSUANCE: { label: 'Issuance', text: 'New credits for organisations.' },
  BOOKING_KIND_AWARD: { label: 'Award', text: 'New credits, for something that an organisation did.' },
  BOOKING_KIND_REDUCTION: {
    label: 'Reduction',
    text: 'Takes credits to meet an obligation. What an organisation does not have available stays as its deficit.',
  },
  BOOKING_KIND_ADJUSTMENT: {
    label: 'Adjustment',
    text: 'Corrects balances either way: an amount with a minus takes.',
  },
  BOOKING_KIND_REVERSAL: { label: 'Reversal', text: 'Undoes one transaction by its opposite.' },
} as const satisfies Partial<Record<BookingKind, KindWords>>

export type KnownBookingKind = keyof typeof kinds

export const bookingKinds = Object.keys(kinds) as KnownBookingKind[]

function isKnown(kind: string): kind is KnownBookingKind {
  return Object.hasOwn(kinds, kind)
}

export function kindWords(kind: BookingKind): KindWords {
  return isKnown(kind) ? kinds[kind] : { label: 'Unknown', text: '' }
}

/** "issuance": the kind as addresses have it. */
export function kindSlug(kind: KnownBookingKind): string {
  return kinds[kind].label.toLowerCase()
}

export function kindFromSlug(slug: string): KnownBookingKind | undefined {
  return bookingKinds.find((kind) => kindSlug(kind) === slug)
}

const states: Partial<Record<BookingState, { label: string; color: string }>> = {
  BOOKING_STATE_SUBMITTED: { label: 'Waits for approval', color: 'yellow' },
  BOOKING_STATE_BOOKED: { label: 'Booked', color: 'teal' },
  BOOKING_STATE_DECLINED: { label: 'Declined', color: 'red' },
  BOOKING_STATE_WITHDRAWN: { label: 'Withdrawn', color: 'gray' },
}

export function bookingStateWords(state: BookingState): { label: string; color: string } {
  return states[state] ?? { label: 'Unknown', color: 'gray' }
}

/** What bookings can be narrowed to, by the word in the address. */
export const bookingStates = {
  submitted: 'BOOKING_STATE_SUBMITTED',
  booked: 'BOOKING_STATE_BOOKED',
  declined: 'BOOKING_STATE_DECLINED',
  withdrawn: 'BOOKING_STATE_WITHDRAWN',
} as const satisfies Record<string, BookingState>

type BookingChoice = keyof typeof bookingStates

export function bookingChoiceFrom(slug: string): BookingChoice | undefined {
  return Object.hasOwn(bookingStates, slug) ? (slug as BookingChoice) : undefined
}
