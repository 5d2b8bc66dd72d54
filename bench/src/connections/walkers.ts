import type { FixBatch } from '../../../backend/src/modules/locations/fixes/index.ts'

/*
 * People of synthetic cities: households, workplaces of twenty, a way between them, an evening with friends for some.
 * A thousand fixes a day, one a minute, with some metres of noise. Cities are alike and far apart, so that who meets a
 * person does not depend on how many there are.
 */

const CITY = 500
const MINUTES = 1_000
const MORNING = 400
const HOMES = 200
const WORKPLACES = 25
const FRIENDS = 10
const NOISE_DEG = 6e-5
const BATCH = 100_000
const DAY_MS = 86_400_000

export const FIRST_DAY_MS = Date.UTC(2024, 4, 6)
const DAYS = 2
/** Of each person. */
export const FIXES_EACH = MINUTES * DAYS

interface Walks {
  /** Default 2. */
  readonly days?: number
  /** Seconds between two fixes of a person, a part of a minute. Default 60. */
  readonly everyS?: number
}

/** All fixes of so many people, by the minute in the order of time. */
export function* walkersFixes(
  people: number,
  organizationNo: number,
  { days = DAYS, everyS = 60 }: Walks = {},
): Generator<FixBatch> {
  let batch = emptyBatch(organizationNo)
  let at = 0
  for (let day = 0; day < days; day++)
    for (let minute = MORNING; minute < MORNING + MINUTES; minute++)
      for (let person = 0; person < people; person++) {
        const [latitude, longitude] = placeOf(person, day, minute)
        const minuteMs = FIRST_DAY_MS + day * DAY_MS + minute * 60_000
        for (let second = 0; second < 60; second += everyS) {
          batch.deviceNos[at] = person + 1
          batch.personNos[at] = person + 1
          batch.timesMs[at] = minuteMs + (second + Math.floor(noise(person, 1, 1) * everyS)) * 1000
          batch.latitudes[at] =
            latitude + NOISE_DEG * (noise(person, minute, 2 + day + 10 * second) - 0.5) * 2
          batch.longitudes[at] =
            longitude + NOISE_DEG * (noise(person, minute, 5 + day + 10 * second) - 0.5) * 2
          batch.accuraciesM[at] = 8
          at += 1
          if (at < BATCH) continue
          yield batch
          batch = emptyBatch(organizationNo)
          at = 0
        }
      }
  if (at > 0) yield cut(batch, at)
}

function placeOf(person: number, day: number, minute: number): readonly [number, number] {
  const city = Math.floor(person / CITY)
  const leaves = MORNING + 60 + Math.floor(60 * noise(person, 11, 0))
  const returns = leaves + 540 + Math.floor(60 * noise(person, 12, 0))
  const home = spot(city, 1, Math.floor(noise(person, 13, 0) * HOMES))
  const work = spot(city, 2, Math.floor(noise(person, 14, 0) * WORKPLACES))
  if (minute < leaves) return home
  if (minute < leaves + 25) return onTheWay(home, work, (minute - leaves) / 25)
  if (minute < returns) return work
  const evening = noise(person, 15, day) < 0.3
  const next = evening ? spot(city, 3, Math.floor(noise(person, 16, day) * FRIENDS)) : home
  if (minute < returns + 25) return onTheWay(work, next, (minute - returns) / 25)
  return next
}

/** Somewhere in a city of 6 km. */
function spot(city: number, kind: number, index: number): readonly [number, number] {
  const latitude = 40 + 0.2 * (city % 6)
  const longitude = 5 + 0.3 * Math.floor(city / 6)
  return [
    latitude + 0.055 * noise(index, kind, 100 + city),
    longitude + 0.08 * noise(index, kind, 900 + city),
  ]
}

function onTheWay(
  [fromLatitude, fromLongitude]: readonly [number, number],
  [toLatitude, toLongitude]: readonly [number, number],
  part: number,
): readonly [number, number] {
  return [
    fromLatitude + (toLatitude - fromLatitude) * part,
    fromLongitude + (toLongitude - fromLongitude) * part,
  ]
}

/** From 0 to below 1, the same for the same numbers (a hash by multiplications, after Murmur's finaliser). */
function noise(a: number, b: number, c: number): number {
  let hash =
    Math.imul(a + 0x9e37, 0x85ebca6b) ^ Math.imul(b + 0x79b9, 0xc2b2ae35) ^ Math.imul(c + 1, 0x27d4eb2f)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

function emptyBatch(organizationNo: number): FixBatch {
  return {
    organizationNo,
    devicesVersion: 0,
    length: BATCH,
    deviceNos: new Int32Array(BATCH),
    personNos: new Int32Array(BATCH),
    timesMs: new Float64Array(BATCH),
    latitudes: new Float64Array(BATCH),
    longitudes: new Float64Array(BATCH),
    accuraciesM: new Float32Array(BATCH),
  }
}

function cut(batch: FixBatch, length: number): FixBatch {
  return {
    ...batch,
    length,
    deviceNos: batch.deviceNos.subarray(0, length),
    personNos: batch.personNos.subarray(0, length),
    timesMs: batch.timesMs.subarray(0, length),
    latitudes: batch.latitudes.subarray(0, length),
    longitudes: batch.longitudes.subarray(0, length),
    accuraciesM: batch.accuraciesM.subarray(0, length),
  }
}
