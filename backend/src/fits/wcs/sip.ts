import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'
import { PolynomialMap, type Term } from './polynomial-map.ts'

/** Highest polynomial order taken; the convention's own limit. */
const MAX_ORDER = 9

/**
 * The SIP convention (Shupe et al. 2005): measured pixel offsets from CRPIX to undistorted ones.
 * Undefined where the header has neither A_ORDER nor B_ORDER.
 */
export function sipDistortion(header: KeywordReader): PolynomialMap | undefined {
  if (header.get('A_ORDER') === undefined && header.get('B_ORDER') === undefined) return undefined
  return new PolynomialMap(
    [{ p: 1, q: 0, coefficient: 1 }, ...terms(header, 'A')],
    [{ p: 0, q: 1, coefficient: 1 }, ...terms(header, 'B')],
  )
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
      list.push({ p, q, coefficient: numberOf(header, `${axis}_${p}_${q}`) ?? 0 })
    }
  }
  return list
}
