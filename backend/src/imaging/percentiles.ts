/**
 * Values below which the given percentages lie, by linear interpolation; NaN and infinities are left out.
 * NaN where no finite value is left. Sorts a copy: pass a sample of a large image.
 */
export function percentiles(values: ArrayLike<number>, percents: readonly number[]): number[] {
  const finite = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isFinite(value)) finite[count++] = value
  }
  const sorted = finite.subarray(0, count).sort()
  return percents.map((percent) => {
    if (count === 0) return Number.NaN
    const place = (Math.max(0, Math.min(100, percent)) / 100) * (count - 1)
    const low = sorted[Math.floor(place)] as number
    const high = sorted[Math.ceil(place)] as number
    return low + (high - low) * (place - Math.floor(place))
  })
}
