const shape = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 86_400_000

/** Whether it is a day of the calendar, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return shape.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(new Date(text)) === text
}

/** Of an address: a day as YYYY-MM-DD, or empty when it says none or one that there is not. */
export function dayFromAddress(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name) ?? ''
  return isDay(value) ? value : ''
}

/** YYYY-MM-DD in UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

/** The day so many days later. */
export function daysAfter(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * dayMs))
}

/** Midnight (UTC) that the day begins with. */
export function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00Z`)
}

/** Midnight (UTC) that the day ends with. */
export function endOfDay(day: string): Date {
  return new Date(startOfDay(day).getTime() + dayMs)
}
