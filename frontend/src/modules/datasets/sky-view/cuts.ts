/** Percentiles of an image's sample, in the image's unit. */
export interface Statistics {
  readonly minimum: number
  readonly percentile1: number
  readonly percentile99: number
  readonly maximum: number
}

/**
 * A value for a slider's place in [0, 1]: the middle half covers the percentiles 1 to 99, where nearly all
 * pixels are, and each outer quarter a tail, which may be a thousand times as wide.
 */
export function valueAtPlace(statistics: Statistics, place: number): number {
  const stops = stopsOf(statistics)
  const clamped = Math.max(0, Math.min(1, place))
  const index = Math.min(
    places.length - 2,
    places.findLastIndex((stop) => stop <= clamped),
  )
  const [a, b] = [places[index] ?? 0, places[index + 1] ?? 1]
  const [low, high] = [stops[index] ?? 0, stops[index + 1] ?? 0]
  return low + ((clamped - a) / (b - a)) * (high - low)
}

/** The inverse of valueAtPlace, clamped to the slider. */
export function placeOfValue(statistics: Statistics, value: number): number {
  const stops = stopsOf(statistics)
  if (!(value > (stops[0] ?? 0))) return 0
  for (let index = 0; index < places.length - 1; index++) {
    const [low, high] = [stops[index] ?? 0, stops[index + 1] ?? 0]
    if (value > high || high === low) continue
    const [a, b] = [places[index] ?? 0, places[index + 1] ?? 1]
    return a + ((value - low) / (high - low)) * (b - a)
  }
  return 1
}

const places = [0, 0.25, 0.75, 1]

/** In rising order, whatever the sample says. */
function stopsOf({ minimum, percentile1, percentile99, maximum }: Statistics): readonly number[] {
  const low = Math.max(minimum, percentile1)
  const high = Math.max(low, percentile99)
  return [minimum, low, high, Math.max(high, maximum)]
}
