import { Temporal } from 'temporal-polyfill'

/** Milliseconds since 1970; NaN for what is no time. */
export type TimeReader = (value: string | number) => number

/** Zones have changed their offsets at whole quarters of an hour since 1972. */
const BLOCK_MS = 15 * 60_000
const BLOCKS_MAX = 4096

const iso =
  /^(\d{4})[-/](\d\d)[-/](\d\d)(?:T|\s+)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?$/i
const epoch = /^[+-]?\d+(?:\.\d+)?$/

/**
 * Reads ISO 8601 (RFC 3339, and with a space or without seconds or zone), and numbers: seconds, milliseconds,
 * microseconds or nanoseconds since 1970, told apart by their size.
 *
 * @param timeZone IANA name, of times that tell no zone
 * @throws RangeError for a zone that there is not
 */
export function timeReader(timeZone: string): TimeReader {
  const offsetMs = offsetsOf(timeZone)
  return (value) => {
    if (typeof value === 'number') return epochMs(value)
    const text = value.trim()
    const parts = iso.exec(text)
    if (parts === null) return epoch.test(text) ? epochMs(Number(text)) : Number.NaN
    const wallMs = wallClock(parts)
    const [utc, sign, hours, minutes] = parts.slice(8)
    if (sign !== undefined) {
      const offset = (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000
      return sign === '-' ? wallMs + offset : wallMs - offset
    }
    return utc === undefined ? wallMs - offsetMs(wallMs) : wallMs
  }
}

/** As if it were UTC; NaN for a day or time of day that there is not. */
function wallClock([, year, month, day, hour, minute, second, fraction]: RegExpExecArray): number {
  const ms = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000)
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const exists = new Date(date).getUTCDate() === Number(day) && Number(month) >= 1 && Number(month) <= 12
  // 60 is a leap second, which the clock of the database does not have: the first of the next minute.
  const inDay = Number(hour) < 24 && Number(minute) < 60 && Number(second ?? 0) <= 60
  if (!exists || !inDay) return Number.NaN
  return date + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second ?? 0)) * 1000 + ms
}

/** Any time from 1973 to 5138 is told apart. */
function epochMs(value: number): number {
  const size = Math.abs(value)
  if (size < 1e11) return Math.round(value * 1000)
  if (size < 1e14) return Math.round(value)
  return size < 1e17 ? Math.round(value / 1e3) : Math.round(value / 1e6)
}

/** What a zone's clock is ahead of UTC. Of an hour that comes twice the first; one that is skipped is moved on. */
function offsetsOf(timeZone: string): (wallMs: number) => number {
  if (timeZone === '' || timeZone === 'UTC') return () => 0
  Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone)
  const offsets = new Map<number, number>()
  return (wallMs) => {
    if (!Number.isFinite(wallMs)) return 0
    const block = Math.floor(wallMs / BLOCK_MS)
    const cached = offsets.get(block)
    if (cached !== undefined) return cached
    if (offsets.size >= BLOCKS_MAX) offsets.clear()
    const wall = Temporal.Instant.fromEpochMilliseconds(block * BLOCK_MS).toZonedDateTimeISO('UTC')
    const instant = wall.toPlainDateTime().toZonedDateTime(timeZone, { disambiguation: 'compatible' })
    const offset = block * BLOCK_MS - instant.epochMilliseconds
    offsets.set(block, offset)
    return offset
  }
}
