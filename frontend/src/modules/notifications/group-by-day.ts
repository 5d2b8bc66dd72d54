import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

export interface Day {
  /** "2026-11-21", in the reader's zone. */
  readonly key: string
  /** "Today", "Yesterday", "Thursday 19 November", "Monday, 29 December 2025". */
  readonly title: string
  readonly notifications: readonly Notification[]
}

/**
 * Notifications under the days on which they came, in the order given.
 * @param now milliseconds since the epoch
 * @param timeZone IANA name; the browser's when undefined
 */
export function groupByDay(notifications: readonly Notification[], now: number, timeZone?: string): Day[] {
  const keys = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone })
  const keyOf = (time: Date | number) => keys.format(time)
  const today = keyOf(now)
  const days = new Map<string, { title: string; notifications: Notification[] }>()
  for (const notification of notifications) {
    const time = notification.createTime ?? new Date(now)
    const key = keyOf(time)
    const day = days.get(key)
    if (day === undefined) days.set(key, { title: titleOf(key, today), notifications: [notification] })
    else day.notifications.push(notification)
  }
  return [...days].map(([key, day]) => ({ key, ...day }))
}

function titleOf(key: string, today: string): string {
  // Days are calendar days, so they are counted where every day has 24 hours.
  const ago = (Date.parse(today) - Date.parse(key)) / 86_400_000
  if (ago === 0) return 'Today'
  if (ago === 1) return 'Yesterday'
  const sameYear = key.slice(0, 4) === today.slice(0, 4)
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(Date.parse(key))
}
