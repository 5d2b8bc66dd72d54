const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** @param now milliseconds since the epoch */
export function formatRelative(time: Date, now: number): string {
  const seconds = (time.getTime() - now) / 1000
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
  }
  // A few seconds ahead is another machine's clock.
  return seconds > 10 ? 'in a moment' : 'just now'
}

/** "2026-11-21 09:41:07 UTC" */
export function formatUtc(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Time of day with milliseconds, UTC: "09:41:07.123". */
export function formatClock(time: Date): string {
  return time.toISOString().slice(11, 23)
}
