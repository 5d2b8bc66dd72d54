import { FitsError } from '../fits-error.ts'
import { axisRotation, DEGREES, type Matrix, multiply } from './vector.ts'

export interface PoleInput {
  /** Celestial coordinates of the fiducial point (CRVAL), degrees. */
  lon0: number
  lat0: number
  /** Native coordinates of the fiducial point, degrees. */
  phi0: number
  theta0: number
  lonPole: number | undefined
  latPole: number | undefined
}

/** Below this an angle's sine or cosine is taken for zero. */
const TOLERANCE = 1e-10

/** Turns a native direction into a celestial one (paper II, sections 2.2 to 2.5). */
export function nativeToCelestial(input: PoleInput): Matrix {
  const { lonPole, lonOfPole, latOfPole } = poleOf(input)
  // Native longitudes count from the celestial pole's one, celestial longitudes from the native pole's.
  return multiply(
    multiply(axisRotation('z', -lonOfPole), axisRotation('y', latOfPole - 90)),
    multiply([-1, 0, 0, 0, -1, 0, 0, 0, 1], axisRotation('z', lonPole)),
  )
}

interface Pole {
  /** Native longitude of the celestial pole (LONPOLE, phi_p). */
  lonPole: number
  /** Celestial coordinates of the native pole (alpha_p, delta_p). */
  lonOfPole: number
  latOfPole: number
}

function poleOf(input: PoleInput): Pole {
  const { lon0, lat0, phi0, theta0 } = input
  const lonPole = input.lonPole ?? (lat0 < theta0 ? 180 : 0) + phi0
  if (theta0 === 90) return { lonPole, lonOfPole: lon0, latOfPole: lat0 }
  const latOfPole = latitudeOfPole(input, lonPole)
  const lat0Cos = cosine(lat0)
  const z = cosine(latOfPole) * lat0Cos
  if (Math.abs(z) < TOLERANCE) {
    if (Math.abs(lat0Cos) < TOLERANCE) return { lonPole, lonOfPole: lon0, latOfPole }
    return {
      lonPole,
      lonOfPole: latOfPole > 0 ? lon0 + lonPole - phi0 - 180 : lon0 - lonPole + phi0,
      latOfPole,
    }
  }
  const x = (sine(theta0) - sine(latOfPole) * sine(lat0)) / z
  const y = (sine(lonPole - phi0) * cosine(theta0)) / lat0Cos
  return { lonPole, lonOfPole: lon0 - Math.atan2(y, x) * DEGREES, latOfPole }
}

/** Equations 8 to 10; where two latitudes will do, the one nearer to LATPOLE (default 90) is meant. */
function latitudeOfPole(input: PoleInput, lonPole: number): number {
  const { lat0, phi0, theta0 } = input
  const wanted = input.latPole ?? 90
  const x = cosine(theta0) * cosine(lonPole - phi0)
  const y = sine(theta0)
  const z = Math.hypot(x, y)
  if (z < TOLERANCE) {
    if (Math.abs(sine(lat0)) > TOLERANCE) throw inconsistent(input, lonPole)
    return Math.max(-90, Math.min(90, wanted))
  }
  let ratio = sine(lat0) / z
  if (Math.abs(ratio) > 1) {
    if (Math.abs(ratio) - 1 > TOLERANCE) throw inconsistent(input, lonPole)
    ratio = Math.sign(ratio)
  }
  const u = Math.atan2(y, x) * DEGREES
  const v = Math.acos(ratio) * DEGREES
  const solutions = [wrap(u + v), wrap(u - v)].filter((latitude) => Math.abs(latitude) < 90 + TOLERANCE)
  const [first, second] = solutions
  if (first === undefined) throw inconsistent(input, lonPole)
  const nearest =
    second !== undefined && Math.abs(wanted - second) <= Math.abs(wanted - first) ? second : first
  return Math.max(-90, Math.min(90, nearest))
}

function inconsistent(input: PoleInput, lonPole: number): FitsError {
  return new FitsError(
    'BAD_WCS',
    `No celestial pole satisfies the reference latitude ${input.lat0} with LONPOLE ${lonPole} at native latitude ${input.theta0}. Correct CRVAL or LONPOLE.`,
  )
}

function wrap(degrees: number): number {
  if (degrees > 180) return degrees - 360
  return degrees < -180 ? degrees + 360 : degrees
}

/** Exact at multiples of 90 degrees, where the fiducial point usually is. */
function sine(degrees: number): number {
  const turn = ((degrees % 360) + 360) % 360
  if (turn === 0 || turn === 180) return 0
  if (turn === 90) return 1
  if (turn === 270) return -1
  return Math.sin(degrees / DEGREES)
}

function cosine(degrees: number): number {
  return sine(degrees + 90)
}
