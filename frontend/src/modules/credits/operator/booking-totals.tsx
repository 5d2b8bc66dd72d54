import type { BookingKind, BookingTotal } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { Text } from '@mantine/core'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'

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
          <Text size="xs" c="dimmed">
            <ClassLabel name={creditClass} />
          </Text>
        </div>
      ))}
    </>
  )
}
