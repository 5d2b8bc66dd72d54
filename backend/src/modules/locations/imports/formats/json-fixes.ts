import { columnsOf } from './column-names.ts'
import type { RowReceiver } from './fix-row.ts'
import { type RowNames, type RowValues, receiveRow } from './row-values.ts'
import type { TimeReader } from './time-reader.ts'

export const jsonNames: RowNames = {
  latitude: 'latitude',
  longitude: 'longitude',
  time: 'time',
  accuracy: 'accuracy',
  device: 'device',
}

type JsonObject = Readonly<Record<string, unknown>>

/** Positions of a geometry, which have a time each. */
interface Track {
  readonly positions: readonly unknown[]
  readonly times: readonly unknown[]
}

/** Puts one object to the receiver: a GeoJSON feature (RFC 7946), or an object of plain values. */
export function receiveObject(
  value: unknown,
  line: number,
  readTime: TimeReader,
  receiver: RowReceiver,
): void {
  const found = fixesOf(value, line)
  if (typeof found === 'string') receiver.reject({ line, field: '', description: found, device: '' })
  else for (const values of found.fixes) receiveRow(values, found.names, readTime, receiver)
}

/** @returns what is wrong, as text */
function fixesOf(value: unknown, line: number): { fixes: RowValues[]; names: RowNames } | string {
  if (!isObject(value)) return 'is no JSON object'
  const isFeature = value['type'] === 'Feature' || 'geometry' in value
  const properties = isFeature ? (value['properties'] ?? {}) : value
  if (!isObject(properties)) return 'has properties that are no JSON object'
  const entries = Object.entries(properties)
  const header = entries.map(([name]) => name)
  const roles = columnsOf(header)
  const property = (role: keyof RowNames) => entries[roles.get(role) ?? -1]?.[1]
  const nameOf = (role: keyof RowNames) => header[roles.get(role) ?? -1] ?? jsonNames[role]
  const names: RowNames = {
    latitude: isFeature ? 'geometry' : nameOf('latitude'),
    longitude: isFeature ? 'geometry' : nameOf('longitude'),
    time: nameOf('time'),
    accuracy: nameOf('accuracy'),
    device: nameOf('device'),
  }
  const rest = { line, accuracy: property('accuracy'), device: property('device') }
  if (!isFeature) {
    const [latitude, longitude, time] = [property('latitude'), property('longitude'), property('time')]
    return { fixes: [{ ...rest, latitude, longitude, time }], names }
  }
  const track = trackOf(value['geometry'], properties, property('time'))
  if (typeof track === 'string') return track
  const fixes = track.positions.map((position, index): RowValues => {
    const [longitude, latitude]: unknown[] = Array.isArray(position) ? position : []
    return { ...rest, latitude, longitude, time: track.times[index] }
  })
  return { fixes, names }
}

/** @returns what is wrong, as text */
function trackOf(geometry: unknown, properties: JsonObject, time: unknown): Track | string {
  if (!isObject(geometry)) return 'has no geometry: a fix needs its place'
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown }
  if (!Array.isArray(coordinates)) return 'has a geometry without coordinates'
  if (type === 'Point') return { positions: [coordinates], times: [time] }
  if (type !== 'LineString' && type !== 'MultiPoint' && type !== 'MultiLineString')
    return 'has a geometry that is no place of a fix: Point, MultiPoint, LineString or MultiLineString'
  const positions = type === 'MultiLineString' ? coordinates.flat() : coordinates
  const told = timesOf(properties)
  const times = type === 'MultiLineString' ? told?.flat() : told
  if (times?.length !== positions.length)
    return `has ${positions.length} positions and ${times?.length ?? 0} times: name as many in the property coordTimes`
  return { positions, times }
}

/** As converters of tracks write them. */
function timesOf(properties: JsonObject): readonly unknown[] | undefined {
  const { coordinateProperties, coordTimes, times } = properties as Record<string, unknown>
  const nested = isObject(coordinateProperties) ? coordinateProperties['times'] : undefined
  return [coordTimes, times, nested].find((value) => Array.isArray(value)) as readonly unknown[] | undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
