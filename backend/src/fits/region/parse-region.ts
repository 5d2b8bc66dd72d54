import { FitsError } from '../fits-error.ts'
import type { SkyPosition } from '../wcs/wcs.ts'
import { checkRegion } from './check-region.ts'
import type { Region } from './region.ts'

/** SODA's CIRCLE: "ra dec radius". Throws BAD_REGION. */
export function parseCircle(text: string): Region {
  const [raDeg, decDeg, radiusDeg, ...more] = numbers(text, 'CIRCLE')
  if (raDeg === undefined || decDeg === undefined || radiusDeg === undefined || more.length > 0) {
    throw bad(`CIRCLE takes three numbers, "ra dec radius" in degrees, not "${shorten(text)}".`)
  }
  return checked({ kind: 'circle', raDeg, decDeg, radiusDeg })
}

/** SODA's POLYGON: "ra1 dec1 ra2 dec2 ra3 dec3 ...". A last corner that repeats the first is left out. */
export function parsePolygon(text: string): Region {
  const values = numbers(text, 'POLYGON')
  if (values.length % 2 !== 0) {
    throw bad(
      `POLYGON takes pairs of numbers, "ra1 dec1 ra2 dec2 ..." in degrees; it was given ${values.length} numbers.`,
    )
  }
  const vertices: SkyPosition[] = []
  for (let i = 0; i < values.length; i += 2) {
    vertices.push({ raDeg: values[i] as number, decDeg: values[i + 1] as number })
  }
  const [first] = vertices
  const last = vertices.at(-1)
  if (vertices.length > 3 && first && last && first.raDeg === last.raDeg && first.decDeg === last.decDeg)
    vertices.pop()
  return checked({ kind: 'polygon', vertices })
}

/** SODA's POS: "CIRCLE ...", "POLYGON ..." or "RANGE ra1 ra2 dec1 dec2", where -Inf and +Inf leave a side open. */
export function parsePosition(text: string): Region {
  const [, shape = '', rest = ''] = /^\s*([A-Za-z]*)\s*([\s\S]*)$/.exec(text) ?? []
  switch (shape.toUpperCase()) {
    case 'CIRCLE':
      return parseCircle(rest)
    case 'POLYGON':
      return parsePolygon(rest)
    case 'RANGE':
      return parseRange(rest)
    default:
      throw bad(`POS begins with CIRCLE, RANGE or POLYGON, not "${shorten(text)}".`)
  }
}

function parseRange(text: string): Region {
  const [raMin, raMax, decMin, decMax, ...more] = numbers(text, 'RANGE')
  if (
    raMin === undefined ||
    raMax === undefined ||
    decMin === undefined ||
    decMax === undefined ||
    more.length > 0
  ) {
    throw bad(`RANGE takes four numbers, "ra1 ra2 dec1 dec2" in degrees, not "${shorten(text)}".`)
  }
  return checked({
    kind: 'range',
    raMinDeg: raMin === Number.NEGATIVE_INFINITY ? 0 : raMin,
    raMaxDeg: raMax === Number.POSITIVE_INFINITY ? 360 : raMax,
    decMinDeg: decMin === Number.NEGATIVE_INFINITY ? -90 : decMin,
    decMaxDeg: decMax === Number.POSITIVE_INFINITY ? 90 : decMax,
  })
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const INFINITY = /^([+-]?)inf(inity)?$/i

function numbers(text: string, shape: string): number[] {
  const words = text.trim().split(/[\s,]+/)
  return words
    .filter((word) => word !== '')
    .map((word) => {
      if (NUMBER.test(word)) return Number(word)
      const infinite = shape === 'RANGE' ? INFINITY.exec(word) : null
      if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
      throw bad(`${shape} takes numbers in degrees; "${shorten(word)}" is not one.`)
    })
}

function checked(region: Region): Region {
  checkRegion(region)
  return region
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function bad(message: string): FitsError {
  return new FitsError('BAD_REGION', message)
}
