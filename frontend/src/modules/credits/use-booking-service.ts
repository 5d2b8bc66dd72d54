import {
  type BookingService,
  BookingServiceClientImpl,
} from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function useBookingService(): (call?: CallOptions) => BookingService {
  const api = useApi()
  return useMemo(() => (call) => new BookingServiceClientImpl(api.rpc(call)), [api])
}
