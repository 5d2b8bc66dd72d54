const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Milliseconds; each divides a longer one, or is whole days. */
const steps = [
  ...[second, 5 * second, 15 * second, 30 * second],
  ...[minute, 5 * minute, 15 * minute, 30 * minute],
  ...[hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour],
  ...[day, 2 * day, 7 * day, 14 * day, 28 * day, 91 * day, 182 * day, 364 * day],
]

export interface TimeTick {
  readonly timeMs: number
  readonly label: string
}

/** Round times (UTC) inside the window, so many at most. */
export function timeTicks(startMs: number, endMs: number, maximum: number): TimeTick[] {
  const step = steps.find((candidate) => (endMs - startMs) / candidate <= maximum) ?? endMs - startMs
  const ticks: TimeTick[] = []
  for (let timeMs = Math.ceil(startMs / step) * step; timeMs <= endMs; timeMs += step) {
    ticks.push({ timeMs, label: labelOf(timeMs, step) })
  }
  return ticks.slice(0, maximum + 1)
}

function labelOf(timeMs: number, step: number): string {
  const iso = new Date(timeMs).toISOString()
  if (step >= day) return iso.slice(0, 10)
  if (timeMs % day === 0) return iso.slice(5, 10)
  return step < minute ? iso.slice(11, 19) : iso.slice(11, 16)
}
