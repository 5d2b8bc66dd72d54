export {
  type BookingRequest,
  type BookingServiceOptions,
  Bookings,
  type RequestedRow,
} from './booking-service.ts'
export { bookingsHandler } from './bookings-handler.ts'
export { decimalAmount } from './decimal-amount.ts'
