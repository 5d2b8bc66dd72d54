const dayMs = 86_400_000

/** Milliseconds since the epoch; the end is not in it. */
export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
}

/** The day (UTC) that the time is in. */
export function dayWindow(timeMs: number): TimeWindow {
  const startMs = Math.floor(timeMs / dayMs) * dayMs
  return { startMs, endMs: startMs + dayMs }
}

/** What follows or precedes the window, as long as it is. */
export function shiftWindow({ startMs, endMs }: TimeWindow, count: number): TimeWindow {
  const length = endMs - startMs
  return { startMs: startMs + count * length, endMs: endMs + count * length }
}

/** For a field of type datetime-local, UTC. */
export function fieldFromTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16)
}

/** NaN when the field is not filled in. */
export function timeFromField(text: string): number {
  return Date.parse(`${text}Z`)
}

/** What is wrong with a window; undefined when nothing is. */
export function windowProblem({ startMs, endMs }: TimeWindow, maximumDays?: number): string | undefined {
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) return 'Fill in both times.'
  if (endMs <= startMs) return 'The end must be after the start.'
  if (maximumDays !== undefined && endMs - startMs > maximumDays * dayMs) {
    return `Choose at most ${maximumDays} days for this view.`
  }
  return undefined
}
