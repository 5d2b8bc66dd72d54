export interface TimeZone {
  /** IANA name. */
  readonly value: string
  /** "Europe/Berlin (UTC+01:00)" */
  readonly label: string
}

/** The zone that the browser tells times in. */
export function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "UTC+01:00", as it is at `now`; empty for a zone that this browser does not know. */
export function utcOffset(timeZone: string, now: number): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now)
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    return name === 'GMT' ? 'UTC+00:00' : name.replace('GMT', 'UTC')
  } catch (error) {
    if (error instanceof RangeError) return ''
    throw error
  }
}

/**
 * Every zone that the browser knows, those of `first` on top, without repeats.
 * @param now milliseconds since the epoch, of the offsets
 */
export function timeZones(
  first: readonly string[],
  now: number,
): { suggested: TimeZone[]; others: TimeZone[] } {
  const top = [...new Set([...first, 'UTC'])]
  const rest = Intl.supportedValuesOf('timeZone').filter((name) => !top.includes(name))
  const zone = (value: string): TimeZone => {
    const offset = utcOffset(value, now)
    const name = value.replaceAll('_', ' ')
    return { value, label: offset === '' || value === 'UTC' ? name : `${name} (${offset})` }
  }
  return { suggested: top.map(zone), others: rest.map(zone) }
}

/** Whether what was typed means the zone: "new york", "berlin", "+05:30" or the beginning of its name. */
export function matchesTimeZone(label: string, typed: string): boolean {
  const words = typed.toLowerCase().replaceAll('_', ' ').trim().split(/\s+/)
  const text = label.toLowerCase()
  return words.every((word) => text.includes(word))
}
