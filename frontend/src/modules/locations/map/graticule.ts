import type { Feature, MultiLineString } from 'geojson'
import type { GeographicBounds } from './covering'
import { wrapLongitude } from './longitude'

interface GraticuleLine {
  /** Degrees; a meridian's may lie beyond 180, as the view does. */
  readonly value: number
  /** "8.545° E" */
  readonly label: string
}

export interface Graticule {
  /** Degrees between two lines. */
  readonly stepDeg: number
  readonly meridians: readonly GraticuleLine[]
  readonly parallels: readonly GraticuleLine[]
}

/** As far as the map goes, degrees. */
const highestLatitude = 85

/**
 * Round meridians and parallels of a view.
 *
 * @param linesAcross about how many meridians are wanted
 */
export function graticuleOf(view: GeographicBounds, linesAcross: number): Graticule {
  const stepDeg = roundStep((view.east - view.west) / linesAcross)
  const digits = Math.max(0, Math.ceil(-Math.log10(stepDeg) - 1e-9))
  const multiples = (from: number, to: number, label: (value: number) => string) => {
    const lines: GraticuleLine[] = []
    for (let index = Math.ceil(from / stepDeg); index <= Math.floor(to / stepDeg); index++) {
      const value = index * stepDeg
      lines.push({ value, label: label(value) })
    }
    return lines
  }
  return {
    stepDeg,
    meridians: multiples(view.west, view.east, (value) => longitudeLabel(value, digits)),
    parallels: multiples(
      Math.max(view.south, -highestLatitude),
      Math.min(view.north, highestLatitude),
      (value) => angle(value, digits, 'N', 'S'),
    ),
  }
}

/** The lines, reaching half a view beyond each edge so that a pan does not run out of them. */
export function graticuleFeature(view: GeographicBounds, linesAcross: number): Feature<MultiLineString> {
  const width = (view.east - view.west) / 2
  const height = (view.north - view.south) / 2
  const west = view.west - width
  const east = view.east + width
  const south = Math.max(-highestLatitude, view.south - height)
  const north = Math.min(highestLatitude, view.north + height)
  const { meridians, parallels } = graticuleOf({ west, east, south, north }, 2 * linesAcross)
  return {
    type: 'Feature',
    properties: {},
    geometry: {
      type: 'MultiLineString',
      coordinates: [
        ...meridians.map(({ value }) => [
          [value, south],
          [value, north],
        ]),
        ...parallels.map(({ value }) => [
          [west, value],
          [east, value],
        ]),
      ],
    },
  }
}

/** 1, 2 or 5 times a power of ten; 30 and 45 for a whole globe. */
function roundStep(wanted: number): number {
  if (wanted > 20) return wanted > 30 ? 45 : 30
  const power = 10 ** Math.floor(Math.log10(wanted))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= wanted * 0.999) ?? 10
  return factor * power
}

function longitudeLabel(value: number, digits: number): string {
  return angle(wrapLongitude(value), digits, 'E', 'W')
}

function angle(value: number, digits: number, positive: string, negative: string): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0 || Number(text) === 180) return `${text}°`
  return `${text}° ${value < 0 ? negative : positive}`
}
