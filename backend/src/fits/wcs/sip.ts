import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'

/** Offsets from CRPIX, pixels. */
export type PixelOffset = Float64Array

/** The SIP convention (Shupe et al. 2005): a polynomial distortion of the pixel offsets from CRPIX. */
export interface SipDistortion {
  /** Measured offsets (u, v) to undistorted ones. */
  apply(u: number, v: number, out: PixelOffset): void
  /** Undistorted offsets to measured ones; false where the iteration does not settle. */
  invert(u: number, v: number, out: PixelOffset): boolean
  /** Upper bound of how much the distortion stretches distances at offsets up to (u, v) from CRPIX. */
  maxStretch(u: number, v: number): number
}

/** Highest polynomial order taken; the convention's own limit. */
const MAX_ORDER = 9

interface Term {
  p: number
  q: number
  coefficient: number
}

/** Undefined where the header has no A_ORDER and B_ORDER. */
export function sipDistortion(header: KeywordReader): SipDistortion | undefined {
  if (header.get('A_ORDER') === undefined && header.get('B_ORDER') === undefined) return undefined
  const a = terms(header, 'A')
  const b = terms(header, 'B')
  const apply = (u: number, v: number, out: PixelOffset): void => {
    out[0] = u + evaluate(a, u, v)
    out[1] = v + evaluate(b, u, v)
  }
  return {
    apply,
    invert: (u, v, out) => {
      let x = u
      let y = v
      for (let step = 0; step < 50; step++) {
        const dx = u - x - evaluate(a, x, y)
        const dy = v - y - evaluate(b, x, y)
        const axx = 1 + derivative(a, x, y, 'u')
        const axy = derivative(a, x, y, 'v')
        const ayx = derivative(b, x, y, 'u')
        const ayy = 1 + derivative(b, x, y, 'v')
        const determinant = axx * ayy - axy * ayx
        if (determinant === 0) return false
        const stepX = (dx * ayy - dy * axy) / determinant
        const stepY = (dy * axx - dx * ayx) / determinant
        x += stepX
        y += stepY
        if (!Number.isFinite(x) || !Number.isFinite(y)) return false
        if (Math.abs(stepX) + Math.abs(stepY) < 1e-9) {
          out[0] = x
          out[1] = y
          return true
        }
      }
      return false
    },
    maxStretch: (u, v) => {
      const largest = (list: readonly Term[]): number =>
        derivative(absolute(list), Math.abs(u), Math.abs(v), 'u') +
        derivative(absolute(list), Math.abs(u), Math.abs(v), 'v')
      return 1 + Math.hypot(largest(a), largest(b))
    },
  }
}

function absolute(list: readonly Term[]): Term[] {
  return list.map((term) => ({ ...term, coefficient: Math.abs(term.coefficient) }))
}

function terms(header: KeywordReader, axis: 'A' | 'B'): Term[] {
  const order = numberOf(header, `${axis}_ORDER`) ?? 0
  if (!Number.isInteger(order) || order < 0 || order > MAX_ORDER) {
    throw new FitsError(
      'UNSUPPORTED_WCS',
      `${axis}_ORDER is ${order}; SIP distortions of order 0 to ${MAX_ORDER} are read.`,
    )
  }
  const list: Term[] = []
  for (let p = 0; p <= order; p++) {
    for (let q = 0; p + q <= order; q++) {
      const coefficient = numberOf(header, `${axis}_${p}_${q}`) ?? 0
      if (coefficient !== 0) list.push({ p, q, coefficient })
    }
  }
  return list
}

function evaluate(list: readonly Term[], u: number, v: number): number {
  let sum = 0
  for (const { p, q, coefficient } of list) sum += coefficient * u ** p * v ** q
  return sum
}

function derivative(list: readonly Term[], u: number, v: number, by: 'u' | 'v'): number {
  let sum = 0
  for (const { p, q, coefficient } of list) {
    if (by === 'u' && p > 0) sum += coefficient * p * u ** (p - 1) * v ** q
    if (by === 'v' && q > 0) sum += coefficient * q * u ** p * v ** (q - 1)
  }
  return sum
}
