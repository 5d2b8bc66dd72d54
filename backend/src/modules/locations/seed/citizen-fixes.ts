import type { Random } from '../../../random.ts'
import { between, distanceM, type Place } from './city-map.ts'
import type { Citizen } from './harbour-city.ts'
import type { Knot } from './itinerary.ts'

export interface CitizenFix {
  /** Seconds of the day, to the millisecond. */
  readonly atS: number
  readonly latitude: number
  readonly longitude: number
  readonly accuracyM: number
}

/** Of the city's centre, beside the sea. */
const centre = { latitude: 54.3233, longitude: 10.1228 }
const METRES_PER_DEGREE = (6_371_008.7714 * Math.PI) / 180
const DAY_S = 86_400

const MOVING_EVERY_S = 12
const WAITING_EVERY_S = 30
const STAYING_EVERY_S = 150
/** A stay of less is a wait, at a stop for instance. */
const WAIT_MAX_S = 600
const NIGHT_S = { until: 6 * 3600, from: 23 * 3600 }

/** What a telephone tells of a day: often on the way, seldom in one place, and never exactly. */
export function* citizenFixes(random: Random, { knots, offAtNight }: Citizen): Generator<CitizenFix> {
  // Errors of GPS change slowly.
  let drift: Place = { x: 0, y: 0 }
  for (const [index, from] of knots.entries()) {
    const to = knots[index + 1]
    if (to === undefined || to.atS <= from.atS) continue
    const moves = distanceM(from, to) > 1
    const everyS = stepOf(from, to, moves)
    const errorM = moves ? 4 : 7
    for (
      let atS = from.atS + random.between(0, everyS);
      atS < to.atS;
      atS += everyS * random.between(0.85, 1.15)
    ) {
      drift = {
        x: 0.85 * drift.x + 0.5 * errorM * random.gaussian(),
        y: 0.85 * drift.y + 0.5 * errorM * random.gaussian(),
      }
      const isOff = offAtNight && (atS < NIGHT_S.until || atS > NIGHT_S.from)
      if (atS >= DAY_S || isOff) continue
      const place = between(from, to, (atS - from.atS) / (to.atS - from.atS))
      const seen = { x: place.x + drift.x, y: place.y + drift.y }
      yield {
        atS: Math.floor(atS * 1000) / 1000,
        ...degreesOf(seen),
        accuracyM: Math.round(errorM * random.between(1, 3) * 10) / 10,
      }
    }
  }
}

function stepOf(from: Knot, to: Knot, moves: boolean): number {
  if (moves) return MOVING_EVERY_S
  return to.atS - from.atS < WAIT_MAX_S ? WAITING_EVERY_S : STAYING_EVERY_S
}

/** To the seventh decimal, a centimetre. */
function degreesOf({ x, y }: Place): { latitude: number; longitude: number } {
  const latitude = centre.latitude + y / METRES_PER_DEGREE
  const longitude = centre.longitude + x / (METRES_PER_DEGREE * Math.cos((centre.latitude * Math.PI) / 180))
  return { latitude: rounded(latitude), longitude: rounded(longitude) }
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7
}
