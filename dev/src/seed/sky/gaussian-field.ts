import { inverseTransform } from './fourier.ts'
import type { Random } from './random.ts'

/**
 * A square map of a Gaussian random field in the flat-sky approximation: `power` is C_l, `sideRad` the map's side.
 * Its variance is the sum of l C_l dl / 2 pi over the multipoles that the grid holds.
 */
export function gaussianField(
  side: number,
  sideRad: number,
  power: (multipole: number) => number,
  random: Random,
): Float32Array {
  const re = new Float64Array(side * side)
  const im = new Float64Array(side * side)
  const step = (2 * Math.PI) / sideRad
  const highest = (step * side) / 2
  const amplitudes = tabulate(power, highest, sideRad)
  for (let row = 0; row < side; row++) {
    const ky = row < side / 2 ? row : row - side
    for (let column = 0; column < side; column++) {
      const kx = column < side / 2 ? column : column - side
      const multipole = step * Math.sqrt(kx * kx + ky * ky)
      // Only a disc of modes, so that the field has no preferred direction.
      if (multipole >= highest || multipole === 0) continue
      const amplitude = amplitudes[(multipole + 0.5) | 0] as number
      re[row * side + column] = amplitude * random.gaussian()
      im[row * side + column] = amplitude * random.gaussian()
    }
  }
  inverseTransform(re, im, side)
  return Float32Array.from(re)
}

function tabulate(power: (multipole: number) => number, highest: number, sideRad: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(highest) + 2 }, (_, multipole) =>
    multipole < 2 ? 0 : Math.sqrt(power(multipole)) / sideRad,
  )
}
