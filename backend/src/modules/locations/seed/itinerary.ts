import { distanceM, type Place } from './city-map.ts'

/** Where somebody is at a time; between two of them they move in a straight line. */
export interface Knot extends Place {
  /** Seconds of the day. */
  readonly atS: number
}

const WALK_M_S = 1.35
const BICYCLE_M_S = 4.5
const TRAM_M_S = 8
const TRAM_EVERY_S = 480
const STOP_DWELL_S = 25
const TRAM_BEGIN_S = 5 * 3600
const WALK_MAX_M = 1_200
/** To and from a stop, together. */
const WALK_TO_STOPS_MAX_M = 1_400

/** The day of one person, put together from stays and ways. */
export class Itinerary {
  readonly knots: Knot[]
  readonly #lines: readonly (readonly Place[])[]

  constructor(begin: Place, lines: readonly (readonly Place[])[]) {
    this.knots = [{ ...begin, atS: 0 }]
    this.#lines = lines
  }

  get now(): Knot {
    const last = this.knots.at(-1)
    if (last === undefined) throw new Error('an itinerary begins somewhere')
    return last
  }

  stayUntil(atS: number): void {
    if (atS > this.now.atS) this.knots.push({ ...this.now, atS })
  }

  /** On foot where it is near, by tram where one goes, by bicycle otherwise. */
  goTo(place: Place): void {
    if (distanceM(this.now, place) <= WALK_MAX_M) this.#move(place, WALK_M_S)
    else if (!this.#rideTo(place)) this.#move(place, BICYCLE_M_S)
  }

  /** Round a corner, as streets lead. */
  #move(place: Place, speedM_S: number): void {
    const corner = { x: place.x, y: this.now.y }
    for (const next of [corner, place]) {
      const { now } = this
      this.knots.push({ ...next, atS: now.atS + distanceM(now, next) / speedM_S })
    }
  }

  #rideTo(place: Place): boolean {
    const ride = this.#lines
      .flatMap((stops) => rideAlong(stops, this.now, place))
      .toSorted((a, b) => a.walkM - b.walkM)[0]
    if (ride === undefined || ride.walkM > WALK_TO_STOPS_MAX_M) return false
    const [begin, ...stops] = ride.stops
    if (begin === undefined) return false
    this.#move(begin, WALK_M_S)
    this.stayUntil(departureAfter(ride.passedM, ride.passedStops, this.now.atS))
    for (const stop of stops) {
      const { now } = this
      this.knots.push({ ...stop, atS: now.atS + distanceM(now, stop) / TRAM_M_S })
      this.stayUntil(this.now.atS + STOP_DWELL_S)
    }
    this.#move(place, WALK_M_S)
    return true
  }
}

interface Ride {
  readonly stops: readonly Place[]
  readonly walkM: number
  /** From the terminus to where it is taken. */
  readonly passedM: number
  readonly passedStops: number
}

function rideAlong(line: readonly Place[], from: Place, to: Place): Ride[] {
  const nearest = (place: Place) =>
    line.reduce(
      (best, stop, index) => (distanceM(stop, place) < distanceM(line[best] ?? stop, place) ? index : best),
      0,
    )
  const [on, off] = [nearest(from), nearest(to)]
  if (on === off) return []
  const direction = on < off ? line : line.toReversed()
  const [first, last] = on < off ? [on, off] : [line.length - 1 - on, line.length - 1 - off]
  const stops = direction.slice(first, last + 1)
  const passed = direction.slice(0, first + 1)
  const passedM = passed.reduce((sum, stop, index) => sum + distanceM(passed[index - 1] ?? stop, stop), 0)
  const [begin, end] = [stops[0], stops.at(-1)]
  if (begin === undefined || end === undefined) return []
  return [{ stops, walkM: distanceM(from, begin) + distanceM(end, to), passedM, passedStops: first }]
}

/** Trams leave their terminus at even intervals, so that those who wait at a stop ride together. */
function departureAfter(passedM: number, passedStops: number, atS: number): number {
  const delayS = passedM / TRAM_M_S + passedStops * STOP_DWELL_S
  const since = Math.max(0, atS - TRAM_BEGIN_S - delayS)
  return TRAM_BEGIN_S + delayS + Math.ceil(since / TRAM_EVERY_S) * TRAM_EVERY_S
}
