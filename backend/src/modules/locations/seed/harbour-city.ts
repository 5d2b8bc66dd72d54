import { Random } from '../../../random.ts'
import { type CityMap, makeCityMap, type Place } from './city-map.ts'
import { Itinerary, type Knot } from './itinerary.ts'

export interface Citizen {
  readonly displayName: string
  /** Of a day, from 0 to 86,400 s. */
  readonly knots: readonly Knot[]
  /** Whose telephone is off at night. */
  readonly offAtNight: boolean
}

type Occupation = 'office' | 'port' | 'campus' | 'hospital' | 'night shift' | 'retired'

interface Resident {
  readonly home: Place
  readonly work: Place
  readonly occupation: Occupation
  /** Appointments in the order of the day. */
  readonly appointments: Appointment[]
}

interface Appointment {
  readonly place: Place
  readonly fromS: number
  readonly toS: number
}

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
const HOUSEHOLD = 2.4

const firstNames =
  'Ada Bo Cleo Dov Elin Femi Gus Hana Ivo June Kai Lena Milo Nora Omar Pia Quinn Rosa Sven Tara Udo Vera Wim Xenia Yann Zoe Ines Jonas Kira Leif'.split(
    ' ',
  )
const familyNames =
  'Abel Brandt Costa Dahl Eriksen Falk Grau Holm Iversen Jansen Keller Lund Moreno Novak Olsen Petit Quist Rossi Silva Thorsen Ulrich Vogel Weiss Young Zeman'.split(
    ' ',
  )

/**
 * A day of people who live, work, eat, meet and ride trams in a city that there is not. The first three work together;
 * the first two meet at ten, the first and the third have lunch together.
 *
 * @param seed the same city and day for the same one
 */
export function harbourCity(seed: number, count: number): Citizen[] {
  const random = new Random(seed)
  const map = makeCityMap(random, Math.ceil(count / HOUSEHOLD))
  const residents = Array.from({ length: count }, (_, index) => makeResident(random, map, index))
  arrangeMeetings(random, map, residents)
  return residents.map((resident, index) => ({
    displayName: `${firstNames[index % firstNames.length]} ${familyNames[(index * 7 + Math.floor(index / firstNames.length)) % familyNames.length]}`,
    knots: dayOf(random, map, resident),
    offAtNight: random.chance(0.15),
  }))
}

function makeResident(random: Random, map: CityMap, index: number): Resident {
  const [office = { x: 0, y: 0 }] = map.offices
  const isFirst = index < 3
  const occupation = isFirst ? 'office' : occupationOf(random.next())
  return {
    home: random.pick(map.homes),
    work: isFirst ? office : workOf(random, map, occupation),
    occupation,
    appointments: [],
  }
}

function occupationOf(drawn: number): Occupation {
  if (drawn < 0.48) return 'office'
  if (drawn < 0.63) return 'port'
  if (drawn < 0.8) return 'campus'
  if (drawn < 0.87) return 'hospital'
  return drawn < 0.93 ? 'night shift' : 'retired'
}

function workOf(random: Random, map: CityMap, occupation: Occupation): Place {
  switch (occupation) {
    case 'office':
      return random.pick(map.offices)
    case 'port':
      return random.pick(map.port)
    case 'campus':
      return random.pick(map.campus)
    case 'hospital':
      return map.hospital
    case 'night shift':
      return random.pick([map.hospital, ...map.port])
    case 'retired':
      return random.pick(map.parks)
  }
}

function arrangeMeetings(random: Random, map: CityMap, residents: readonly Resident[]): void {
  const arrange = (who: readonly Resident[], place: Place, fromS: number, toS: number) => {
    for (const { appointments } of who) {
      const isFree = appointments.every(
        (other) => other.toS + HOUR_S / 2 < fromS || other.fromS > toS + HOUR_S / 2,
      )
      if (isFree) appointments.push({ place, fromS, toS })
    }
  }
  const [one, two, three] = residents
  if (one !== undefined && two !== undefined)
    arrange([one, two], random.pick(map.pubs), 10 * HOUR_S, 11 * HOUR_S)
  if (one !== undefined && three !== undefined)
    arrange([one, three], random.pick(map.eateries), 12 * HOUR_S, 12.75 * HOUR_S)
  const byDay = residents.filter(({ occupation }) => occupation === 'office' || occupation === 'port')
  for (let meeting = 0; meeting < residents.length / 6; meeting++) {
    const fromS = random.pick([9, 10, 14, 15]) * HOUR_S
    arrange(
      random.sample(byDay, 2 + Math.floor(random.between(0, 4))),
      random.pick(map.offices),
      fromS,
      fromS + HOUR_S * 0.8,
    )
  }
  const atLunch = residents.filter(
    ({ occupation }) => occupation !== 'night shift' && occupation !== 'retired',
  )
  for (const resident of atLunch)
    if (random.chance(0.65)) {
      const fromS = random.between(11.4, 12.6) * HOUR_S
      arrange(
        [resident],
        nearestOf(map.eateries, resident.work),
        fromS,
        fromS + random.between(0.5, 0.8) * HOUR_S,
      )
    }
  for (let evening = 0; evening < residents.length / 7; evening++) {
    const fromS = random.between(18, 19.5) * HOUR_S
    const place = random.pick([...map.pubs, ...map.parks])
    const awake = residents.filter(({ occupation }) => occupation !== 'night shift')
    arrange(
      random.sample(awake, 2 + Math.floor(random.between(0, 4))),
      place,
      fromS,
      fromS + random.between(1, 2.5) * HOUR_S,
    )
  }
  for (const { appointments } of residents) appointments.sort((a, b) => a.fromS - b.fromS)
}

function nearestOf(places: readonly Place[], to: Place): Place {
  const distance = ({ x, y }: Place) => Math.hypot(x - to.x, y - to.y)
  return places.reduce((best, place) => (distance(place) < distance(best) ? place : best))
}

function dayOf(random: Random, map: CityMap, resident: Resident): Knot[] {
  const { home, work, occupation, appointments } = resident
  /** Desks and rooms: not everybody is at the very same point of a place. */
  const within = ({ x, y }: Place): Place => ({ x: x + random.gaussian() * 6, y: y + random.gaussian() * 6 })
  const atNight = occupation === 'night shift'
  const [bed, desk] = [within(home), within(work)]
  const day = new Itinerary(atNight ? desk : bed, map.lines)
  const leaveAndKeep = (untilS: number, back: Place) => {
    for (const { place, fromS, toS } of appointments.filter((each) => each.fromS < untilS)) {
      if (fromS < day.now.atS) continue
      day.stayUntil(fromS - random.between(300, 900))
      day.goTo(within(place))
      day.stayUntil(toS + random.between(-180, 300))
      day.goTo(back)
    }
  }
  if (atNight) {
    day.stayUntil(random.between(5, 5.6) * HOUR_S)
    day.goTo(bed)
    day.stayUntil(random.between(15, 16) * HOUR_S)
    day.goTo(within(random.pick(map.shops)))
    day.stayUntil(day.now.atS + random.between(900, 2400))
    day.goTo(bed)
    day.stayUntil(random.between(20, 20.6) * HOUR_S)
    day.goTo(desk)
  } else if (occupation === 'retired') {
    day.stayUntil(random.between(8.5, 10) * HOUR_S)
    day.goTo(within(random.pick(map.shops)))
    day.stayUntil(day.now.atS + random.between(1200, 3600))
    day.goTo(bed)
    day.stayUntil(random.between(13.5, 14.5) * HOUR_S)
    day.goTo(desk)
    day.stayUntil(day.now.atS + random.between(1, 2) * HOUR_S)
    day.goTo(bed)
    leaveAndKeep(DAY_S, bed)
  } else {
    day.stayUntil(random.between(6.4, 8.2) * HOUR_S)
    day.goTo(desk)
    leaveAndKeep(16 * HOUR_S, desk)
    day.stayUntil(random.between(15.4, 17) * HOUR_S)
    if (random.chance(0.35)) {
      day.goTo(within(random.pick(map.shops)))
      day.stayUntil(day.now.atS + random.between(900, 2400))
    }
    day.goTo(bed)
    leaveAndKeep(DAY_S, bed)
  }
  day.stayUntil(DAY_S)
  return day.knots
}
