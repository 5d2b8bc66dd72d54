import type { CelestialFrame } from '../wcs/frames.ts'
import {
  angleBetween,
  DEGREES,
  latDegOf,
  lonDegOf,
  newVector,
  normalize,
  type Vector,
} from '../wcs/vector.ts'
import type { SkyPosition, Wcs } from '../wcs/wcs.ts'
import { boundingCap } from './bounding-cap.ts'

/** What an image covers of the sky. */
export interface SkyCoverage {
  /** Outline, ICRS, in order around the image; empty for an image that covers the whole sky. */
  footprint: SkyPosition[]
  /** Circle around everything that the image covers. */
  center: SkyPosition
  radiusDeg: number
  pixelScaleDeg: number
  /** FITS projection code. */
  projection: string
  frame: CelestialFrame
}

/** Outline points per side: bends of a side show up to a fraction of a percent of its length. */
const POINTS_PER_SIDE = 16
/** Samples along each axis of the grid that finds what of a wide image has sky behind it. */
const GRID = 48
/** Directions, evenly spread, that are looked up to tell how much of the sky an image covers. */
const SKY_SAMPLES = 4000
/** This share of the sky counts as all of it: a map loses some samples to rounding along its seam. */
const WHOLE_SKY_SHARE = 0.995

export function skyCoverage(wcs: Wcs, widthPx: number, heightPx: number): SkyCoverage {
  const common = { pixelScaleDeg: wcs.pixelScaleDeg, projection: wcs.projection, frame: wcs.frame }
  const covered = coveredSamples(wcs, widthPx, heightPx)
  if (covered.length >= WHOLE_SKY_SHARE * SKY_SAMPLES) {
    return { footprint: [], ...wholeSky(wcs, widthPx, heightPx), ...common }
  }
  const outline = outlineOf(wcs, widthPx, heightPx)
  const points = [...outline, ...gridPoints(wcs, widthPx, heightPx), ...covered]
  const circle = circleAround(points, Math.sqrt((4 * Math.PI) / SKY_SAMPLES), covered)
  return { footprint: outline.map(positionOf), ...circle, ...common }
}

function wholeSky(wcs: Wcs, widthPx: number, heightPx: number): { center: SkyPosition; radiusDeg: number } {
  const center = wcs.pixelToSky((widthPx + 1) / 2, (heightPx + 1) / 2)
  return { center: center ?? { raDeg: 0, decDeg: 0 }, radiusDeg: 180 }
}

/**
 * The image's edge, pixel borders included. Where the edge has no sky behind it, as around an all-sky ellipse,
 * the outline follows the last position towards the image's middle that has.
 */
function outlineOf(wcs: Wcs, widthPx: number, heightPx: number): Vector[] {
  const anchor = interiorPixel(wcs, widthPx, heightPx)
  if (!anchor) return []
  const corners = [
    [0.5, 0.5],
    [widthPx + 0.5, 0.5],
    [widthPx + 0.5, heightPx + 0.5],
    [0.5, heightPx + 0.5],
  ] as const
  const outline: Vector[] = []
  corners.forEach(([x0, y0], side) => {
    const [x1, y1] = corners[(side + 1) % 4] as readonly [number, number]
    for (let i = 0; i < POINTS_PER_SIDE; i++) {
      const t = i / POINTS_PER_SIDE
      const point = lastOnSky(wcs, anchor, [x0 + (x1 - x0) * t, y0 + (y1 - y0) * t])
      const previous = outline.at(-1)
      if (!previous || angleBetween(previous, point) > 1e-12) outline.push(point)
    }
  })
  return outline
}

type Pixel = readonly [x: number, y: number]

/** A pixel with sky behind it, the middle of those found. */
function interiorPixel(wcs: Wcs, widthPx: number, heightPx: number): Pixel | undefined {
  const direction = newVector()
  let sumX = 0
  let sumY = 0
  const found: Pixel[] = []
  for (const [x, y] of gridPixels(widthPx, heightPx)) {
    if (!wcs.pixelToVector(x, y, direction)) continue
    sumX += x
    sumY += y
    found.push([x, y])
  }
  const mean: Pixel = [sumX / found.length, sumY / found.length]
  if (found.length > 0 && wcs.pixelToVector(mean[0], mean[1], direction)) return mean
  return found[Math.floor(found.length / 2)]
}

function lastOnSky(wcs: Wcs, inside: Pixel, edge: Pixel): Vector {
  const direction = newVector()
  if (wcs.pixelToVector(edge[0], edge[1], direction)) return direction
  let low = 0
  let high = 1
  for (let step = 0; step < 40; step++) {
    const t = (low + high) / 2
    const valid = wcs.pixelToVector(
      inside[0] + (edge[0] - inside[0]) * t,
      inside[1] + (edge[1] - inside[1]) * t,
      direction,
    )
    if (valid) low = t
    else high = t
  }
  wcs.pixelToVector(
    inside[0] + (edge[0] - inside[0]) * low,
    inside[1] + (edge[1] - inside[1]) * low,
    direction,
  )
  return direction
}

function* gridPixels(widthPx: number, heightPx: number): Generator<Pixel> {
  for (let row = 0; row <= GRID; row++) {
    for (let column = 0; column <= GRID; column++) {
      yield [0.5 + (widthPx * column) / GRID, 0.5 + (heightPx * row) / GRID]
    }
  }
}

function gridPoints(wcs: Wcs, widthPx: number, heightPx: number): Vector[] {
  const points: Vector[] = []
  for (const [x, y] of gridPixels(widthPx, heightPx)) {
    const direction = newVector()
    if (wcs.pixelToVector(x, y, direction)) points.push(direction)
  }
  return points
}

/** Those of the evenly spread directions (a Fibonacci lattice) that fall on the image. */
function coveredSamples(wcs: Wcs, widthPx: number, heightPx: number): Vector[] {
  const golden = Math.PI * (3 - Math.sqrt(5))
  const pixel = new Float64Array(2)
  const check = newVector()
  const covered: Vector[] = []
  for (let i = 0; i < SKY_SAMPLES; i++) {
    const z = 1 - (2 * i + 1) / SKY_SAMPLES
    const radius = Math.sqrt(1 - z * z)
    const direction = newVector(radius * Math.cos(golden * i), radius * Math.sin(golden * i), z)
    if (!wcs.vectorToPixel(direction, pixel)) continue
    const x = pixel[0] as number
    const y = pixel[1] as number
    if (x < 0.5 || y < 0.5 || x > widthPx + 0.5 || y > heightPx + 0.5) continue
    if (wcs.pixelToVector(x, y, check) && angleBetween(direction, check) < 1e-6) covered.push(direction)
  }
  return covered
}

/** The smallest circle around the points; for more than a hemisphere, one about the middle of what is covered. */
function circleAround(
  points: readonly Vector[],
  samplingRad: number,
  covered: readonly Vector[],
): { center: SkyPosition; radiusDeg: number } {
  const cap = boundingCap(points)
  if (cap) return { center: positionOf(cap.center), radiusDeg: cap.radiusRad * DEGREES }
  const sum = newVector()
  for (const point of covered) for (let i = 0; i < 3; i++) sum[i] = (sum[i] as number) + (point[i] as number)
  const center = Math.hypot(...sum) > 1e-9 ? normalize(sum) : newVector(0, 0, 1)
  const radius = points.reduce((largest, point) => Math.max(largest, angleBetween(center, point)), 0)
  // What lies between the samples may reach a sampling step further.
  return { center: positionOf(center), radiusDeg: Math.min(180, (radius + samplingRad) * DEGREES) }
}

function positionOf(direction: Vector): SkyPosition {
  return { raDeg: lonDegOf(direction), decDeg: Math.max(-90, Math.min(90, latDegOf(direction))) }
}
