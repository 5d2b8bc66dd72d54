import { browserTimeZone } from './time-zone'

/** "Sun 22 November 2026, 06:00" in the browser's zone. */
export function formatLocal(time: Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(time)
}

/** As an input of kind datetime-local takes it, in the browser's zone. */
export function toLocalInput(time: Date): string {
  const minute = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return minute.toISOString().slice(0, 16)
}

/** For people: "Europe/Berlin". */
export function localZone(): string {
  return browserTimeZone().replaceAll('_', ' ')
}
