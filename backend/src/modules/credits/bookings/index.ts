export { type BookingServiceOptions, Bookings } from './booking-service.ts'
export { bookingsHandler } from './bookings-handler.ts'
export { decimalAmount } from './decimal-amount.ts'
