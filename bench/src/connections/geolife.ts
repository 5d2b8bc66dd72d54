import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { FixBatch } from '../../../backend/src/modules/locations/fixes/index.ts'

/** Real tracks, seconds apart: two people of GeoLife, as many times as wanted, each copy some metres and seconds off. */
export interface Tracks {
  readonly people: number
  readonly fixes: (organizationNo: number) => Iterable<FixBatch>
  /** The person 1's day with most fixes. */
  readonly dayMs: number
}

interface TrackColumns {
  readonly timesMs: number[]
  readonly latitudes: number[]
  readonly longitudes: number[]
}

const DAY_MS = 86_400_000
const SHIFT_DEG = 0.0005
const SHIFT_S = 3

/** `lat,lng,datetime,uid`, compressed: FAIRLEAD_GEOLIFE, or where the data stand that the tests are developed against. */
export function geolifeFile(): string | undefined {
  const candidates = [
    process.env['FAIRLEAD_GEOLIFE'],
    join(import.meta.dirname, '../../../../shared/data/geolife.txt.gz'),
  ]
  return candidates.find((path) => path !== undefined && existsSync(path))
}

export function geolifeTracks(file: string, fixes: number): Tracks {
  const tracks = readTracks(file)
  const count = tracks.reduce((sum, { timesMs }) => sum + timesMs.length, 0)
  const copies = Math.ceil(fixes / count)
  const perDay = new Map<number, number>()
  for (const timeMs of tracks[0]?.timesMs ?? []) {
    const day = Math.floor(timeMs / DAY_MS)
    perDay.set(day, (perDay.get(day) ?? 0) + 1)
  }
  const [fullest] = [...perDay].sort((a, b) => b[1] - a[1])
  return {
    people: copies * tracks.length,
    dayMs: (fullest?.[0] ?? 0) * DAY_MS,
    *fixes(organizationNo) {
      for (let copy = 0; copy < copies; copy++)
        for (const [index, track] of tracks.entries())
          yield batchOf(organizationNo, 1 + copy * tracks.length + index, copy, track)
    },
  }
}

function batchOf(organizationNo: number, no: number, copy: number, track: TrackColumns): FixBatch {
  const length = track.timesMs.length
  // In rows of ten, so that most copies are further than 100 m from most others.
  const [north, east] = [Math.floor(copy / 10), copy % 10]
  return {
    organizationNo,
    devicesVersion: 0,
    length,
    deviceNos: new Int32Array(length).fill(no),
    personNos: new Int32Array(length).fill(no),
    timesMs: Float64Array.from(track.timesMs, (timeMs) => timeMs + copy * SHIFT_S * 1000),
    latitudes: Float64Array.from(track.latitudes, (latitude) => latitude + north * SHIFT_DEG),
    longitudes: Float64Array.from(track.longitudes, (longitude) => longitude + east * SHIFT_DEG),
    accuraciesM: new Float32Array(length),
  }
}

function readTracks(file: string): TrackColumns[] {
  const byUser = new Map<string, TrackColumns>()
  const seen = new Set<string>()
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n').slice(1)) {
    const [latitude, longitude, time, user] = line.trim().split(',')
    if (time === undefined || user === undefined || seen.has(`${user} ${time}`)) continue
    seen.add(`${user} ${time}`)
    const track = byUser.get(user) ?? { timesMs: [], latitudes: [], longitudes: [] }
    byUser.set(user, track)
    track.timesMs.push(Date.parse(`${time.replace(' ', 'T')}Z`))
    track.latitudes.push(Number(latitude))
    track.longitudes.push(Number(longitude))
  }
  return [...byUser.values()]
}
