import type {
  Booking,
  BookingKind,
  BookingState,
  CreateBookingRequest,
} from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useBookingService } from '../use-booking-service'
import { deskKeys } from './desk-keys'

/** How often bookings are asked for again while they are looked at, milliseconds. */
const refreshMs = 10_000

interface BookingFilter {
  readonly states: readonly BookingState[]
  readonly kinds: readonly BookingKind[]
}

export function useBookings(filter: BookingFilter, pageToken: string) {
  const client = useBookingService()
  return useQuery({
    queryKey: [...deskKeys.bookings, filter, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) =>
      client({ signal }).ListBookings({
        pageSize: 25,
        pageToken,
        states: [...filter.states],
        kinds: [...filter.kinds],
      }),
  })
}

export function useBooking(name: string) {
  const client = useBookingService()
  return useQuery({
    queryKey: deskKeys.booking(name),
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => client({ signal }).GetBooking({ name }),
  })
}

export function useBookingRows(name: string, pageToken: string) {
  const client = useBookingService()
  return useQuery({
    queryKey: [...deskKeys.bookingRows(name), pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => client({ signal }).ListBookingRows({ parent: name, pageSize: 100, pageToken }),
  })
}

/** Checks a file as the booking would read it; nothing is stored. */
export function useCheckBookingFile() {
  const client = useBookingService()
  return useMutation({
    mutationFn: (request: { kind: BookingKind; content: Uint8Array }) => client().CheckBookingFile(request),
  })
}

export function useCreateBooking() {
  const client = useBookingService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: CreateBookingRequest): Promise<Booking> => client().CreateBooking(request),
    onSuccess: (booking) => {
      queryClient.setQueryData(deskKeys.booking(booking.name), booking)
      return queryClient.invalidateQueries({ queryKey: deskKeys.bookings })
    },
  })
}

export type BookingDecision =
  | { readonly kind: 'approve' }
  | { readonly kind: 'decline'; readonly reason: string }
  | { readonly kind: 'withdraw' }

export function useDecideBooking(name: string) {
  const client = useBookingService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (decision: BookingDecision): Promise<Booking> => {
      switch (decision.kind) {
        case 'approve':
          return client().ApproveBooking({ name })
        case 'decline':
          return client().DeclineBooking({ name, reason: decision.reason })
        case 'withdraw':
          return client().WithdrawBooking({ name })
        default:
          return decision satisfies never
      }
    },
    // Somebody else may have decided meanwhile; and a booking changes balances and the ledger.
    onSettled: () => queryClient.invalidateQueries({ queryKey: deskKeys.all }),
  })
}
