const DEFAULT_TIME_ZONE = 'UTC'

const names = new Map(Intl.supportedValuesOf('timeZone').map((name) => [name.toLowerCase(), name]))
const ALIAS = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/

/** The IANA name as it is written; undefined when there is no such time zone. Offsets such as "+01:00" are none. */
export function timeZoneOf(text: string): string | undefined {
  const name = names.get(text.toLowerCase())
  if (name !== undefined) return name
  if (!ALIAS.test(text)) return undefined
  try {
    // Also former names, such as "US/Pacific", and "UTC", which the list leaves out.
    new Intl.DateTimeFormat('en', { timeZone: text })
    return text
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const usable = new Map<string, string>()

/** What was stored, or UTC should this process not know it: its tables may be older than those of another. */
export function usableTimeZone(stored: string): string {
  const known = usable.get(stored)
  if (known !== undefined) return known
  const zone = timeZoneOf(stored) ?? DEFAULT_TIME_ZONE
  usable.set(stored, zone)
  return zone
}
