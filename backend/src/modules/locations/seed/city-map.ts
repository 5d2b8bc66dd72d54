import type { Random } from '../../../random.ts'

/** Metres east and north of the city's centre. */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface CityMap {
  readonly homes: readonly Place[]
  readonly offices: readonly Place[]
  readonly port: readonly Place[]
  readonly campus: readonly Place[]
  readonly hospital: Place
  readonly eateries: readonly Place[]
  readonly shops: readonly Place[]
  /** Where people meet in the evening. */
  readonly pubs: readonly Place[]
  readonly parks: readonly Place[]
  /** Stops of each line, in their order; trams go both ways. */
  readonly lines: readonly (readonly Place[])[]
}

const centre: Place = { x: 0, y: 0 }
const portSite: Place = { x: 1_500, y: 200 }
const campusSite: Place = { x: -900, y: 950 }
const hospitalSite: Place = { x: -600, y: -1_200 }
const districts: readonly Place[] = [
  { x: -2_500, y: 1_500 },
  { x: -1_800, y: -2_200 },
  { x: 600, y: -3_200 },
  { x: -3_500, y: -400 },
  { x: 500, y: 2_800 },
]
const STOP_DISTANCE_M = 450

/** The same for the same random numbers. */
export function makeCityMap(random: Random, homeCount: number): CityMap {
  const around = ({ x, y }: Place, spreadM: number): Place => ({
    x: x + random.gaussian() * spreadM,
    y: y + random.gaussian() * spreadM,
  })
  const some = (count: number, site: Place, spreadM: number) =>
    Array.from({ length: count }, () => around(site, spreadM))
  return {
    homes: Array.from({ length: homeCount }, () => around(random.pick(districts), 420)),
    offices: some(14, centre, 500),
    port: some(5, portSite, 300),
    campus: some(4, campusSite, 120),
    hospital: hospitalSite,
    eateries: [...some(6, centre, 400), ...some(2, campusSite, 200), ...some(2, portSite, 250)],
    shops: [...some(4, centre, 350), ...districts.map((district) => around(district, 150))],
    pubs: [...some(5, centre, 300), ...some(2, portSite, 200)],
    parks: [
      { x: -1_300, y: 300 },
      { x: 300, y: 1_400 },
      { x: -300, y: -2_000 },
    ],
    lines: [
      lineThrough([districts[0], campusSite, centre, portSite]),
      lineThrough([districts[1], hospitalSite, centre, districts[4]]),
      lineThrough([districts[3], centre, { x: 900, y: -1_200 }, districts[2]]),
    ],
  }
}

/** Stops at even distances along the corners. */
function lineThrough(corners: readonly (Place | undefined)[]): Place[] {
  const stops: Place[] = []
  for (const [index, to] of corners.entries()) {
    const from = corners[index - 1]
    if (to === undefined) continue
    const count = from === undefined ? 1 : Math.max(1, Math.round(distanceM(from, to) / STOP_DISTANCE_M))
    for (let stop = 1; stop <= count; stop++) stops.push(between(from ?? to, to, stop / count))
  }
  return stops
}

export function distanceM(from: Place, to: Place): number {
  return Math.hypot(to.x - from.x, to.y - from.y)
}

export function between(from: Place, to: Place, share: number): Place {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
