import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

interface Split {
  readonly shown: readonly Notification[]
  /** How many came after what the reader was shown. */
  readonly arrivals: number
}

/** @param notifications latest first */
export function splitArrivals(notifications: readonly Notification[], shownUpTo: bigint): Split {
  const shown = notifications.filter(({ sequence }) => sequence <= shownUpTo)
  return { shown, arrivals: notifications.length - shown.length }
}
