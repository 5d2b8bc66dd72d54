import type { BookingKind, BookingTotal } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { AmountText } from '../amount-text'
import { ClassNote } from './class-note'

interface BookingTotalsProps {
  readonly kind: BookingKind
  readonly totals: readonly BookingTotal[]
}

/** What a booking changes, class by class; a reduction is drawn up in amounts that are taken. */
export function BookingTotals({ kind, totals }: BookingTotalsProps) {
  if (totals.length === 0) return <>–</>
  return (
    <>
      {totals.map(({ creditClass, amount }) => (
        <div key={creditClass}>
          <AmountText
            signed
            amount={kind === 'BOOKING_KIND_REDUCTION' ? -amount : amount}
            creditClass={creditClass}
          />
          <ClassNote name={creditClass} />
        </div>
      ))}
    </>
  )
}
