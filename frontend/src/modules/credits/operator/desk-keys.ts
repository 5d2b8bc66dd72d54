import { creditKeys } from '../credit-keys'

/** Query keys of the credits desk. */
export const deskKeys = {
  all: creditKeys.desk,
  reviews: [...creditKeys.desk, 'reviews'] as const,
  review: (name: string) => [...creditKeys.desk, 'review', name] as const,
  bookings: [...creditKeys.desk, 'bookings'] as const,
  booking: (name: string) => [...creditKeys.desk, 'booking', name] as const,
  bookingRows: (name: string) => [...creditKeys.desk, 'booking-rows', name] as const,
  transactions: [...creditKeys.desk, 'transactions'] as const,
  transaction: (name: string) => [...creditKeys.desk, 'transaction', name] as const,
  ledger: [...creditKeys.desk, 'ledger'] as const,
  reconciliation: [...creditKeys.desk, 'reconciliation'] as const,
  accounts: [...creditKeys.desk, 'accounts'] as const,
  prices: [...creditKeys.desk, 'prices'] as const,
  priceChanges: [...creditKeys.desk, 'prices', 'changes'] as const,
  reports: [...creditKeys.desk, 'reports'] as const,
}
