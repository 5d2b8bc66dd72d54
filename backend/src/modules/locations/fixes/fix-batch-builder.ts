import type { FixBatch } from './fix-batch.ts'
import { ACCURACY_MAX_M, earliestKeptMs, FUTURE_MAX_MS } from './fix-limits.ts'
import type { DeviceNumbers, OrganizationDevices } from './known-devices.ts'

/** Why a fix cannot be taken. */
export interface FixProblem {
  readonly field: 'record_time' | 'latitude' | 'longitude' | 'accuracy_m'
  /** What is wrong, the limit, and what would not be. */
  readonly description: string
}

export interface FixBatchBuilderOptions {
  /** Default: the clock's. */
  readonly nowMs?: number
  /** Fixes that there is room for before it grows. Default 1,024. */
  readonly capacity?: number
}

/** Validates fixes of an organisation one by one, and keeps the good ones for a batch. */
export class FixBatchBuilder {
  readonly #devices: OrganizationDevices
  readonly #earliestMs: number
  readonly #latestMs: number
  #columns: Columns
  #length = 0

  constructor(devices: OrganizationDevices, options: FixBatchBuilderOptions = {}) {
    const nowMs = options.nowMs ?? Date.now()
    this.#devices = devices
    this.#earliestMs = earliestKeptMs(devices.retentionDays, nowMs)
    this.#latestMs = nowMs + FUTURE_MAX_MS
    this.#columns = columnsOf(Math.max(1, options.capacity ?? 1_024))
  }

  /** Fixes that are kept so far. */
  get length(): number {
    return this.#length
  }

  /** @param timeMs milliseconds since 1970, of which whole ones are kept; NaN for none */
  add(
    device: DeviceNumbers,
    timeMs: number,
    latitude: number,
    longitude: number,
    accuracyM: number,
  ): FixProblem | undefined {
    if (!(timeMs >= this.#earliestMs && timeMs <= this.#latestMs)) return this.#timeProblem(timeMs)
    if (!(latitude >= -90 && latitude <= 90)) return degreesProblem('latitude', latitude, 90)
    if (!(longitude >= -180 && longitude <= 180)) return degreesProblem('longitude', longitude, 180)
    if (!(accuracyM >= 0 && accuracyM <= ACCURACY_MAX_M)) return accuracyProblem(accuracyM)
    const at = this.#length++
    if (at === this.#columns.timesMs.length) this.#columns = grown(this.#columns)
    const columns = this.#columns
    columns.deviceNos[at] = device.deviceNo
    columns.personNos[at] = device.personNo
    columns.timesMs[at] = Math.floor(timeMs)
    columns.latitudes[at] = latitude
    columns.longitudes[at] = longitude === 180 ? -180 : longitude
    columns.accuraciesM[at] = accuracyM
    return undefined
  }

  /** What was added; the builder is not used again. */
  build(): FixBatch {
    const { organizationNo, devicesVersion } = this.#devices
    const length = this.#length
    const { deviceNos, personNos, timesMs, latitudes, longitudes, accuraciesM } = this.#columns
    return {
      organizationNo,
      devicesVersion,
      length,
      deviceNos: deviceNos.subarray(0, length),
      personNos: personNos.subarray(0, length),
      timesMs: timesMs.subarray(0, length),
      latitudes: latitudes.subarray(0, length),
      longitudes: longitudes.subarray(0, length),
      accuraciesM: accuraciesM.subarray(0, length),
    }
  }

  #timeProblem(timeMs: number): FixProblem {
    const field = 'record_time'
    if (!Number.isFinite(timeMs))
      return { field, description: 'is missing or no time; tell when the device was there' }
    if (timeMs > this.#latestMs)
      return {
        field,
        description: `is more than 5 minutes after ${isoTime(this.#latestMs - FUTURE_MAX_MS)}, the server's time; set the device's clock`,
      }
    const { retentionDays } = this.#devices
    const limit = isoTime(this.#earliestMs)
    return {
      field,
      description:
        retentionDays === 0
          ? `is before ${limit}, the earliest that is kept; check the device's clock`
          : `is before ${limit}, the earliest of the ${retentionDays} days that the organisation keeps; check the device's clock, or keep fixes for longer`,
    }
  }
}

interface Columns {
  readonly deviceNos: Int32Array
  readonly personNos: Int32Array
  readonly timesMs: Float64Array
  readonly latitudes: Float64Array
  readonly longitudes: Float64Array
  readonly accuraciesM: Float32Array
}

function columnsOf(capacity: number): Columns {
  return {
    deviceNos: new Int32Array(capacity),
    personNos: new Int32Array(capacity),
    timesMs: new Float64Array(capacity),
    latitudes: new Float64Array(capacity),
    longitudes: new Float64Array(capacity),
    accuraciesM: new Float32Array(capacity),
  }
}

function grown(columns: Columns): Columns {
  const larger = columnsOf(columns.timesMs.length * 2)
  larger.deviceNos.set(columns.deviceNos)
  larger.personNos.set(columns.personNos)
  larger.timesMs.set(columns.timesMs)
  larger.latitudes.set(columns.latitudes)
  larger.longitudes.set(columns.longitudes)
  larger.accuraciesM.set(columns.accuraciesM)
  return larger
}

function degreesProblem(field: 'latitude' | 'longitude', value: number, limit: number): FixProblem {
  return { field, description: `is ${value}; it must be degrees from -${limit} to ${limit}` }
}

function accuracyProblem(value: number): FixProblem {
  return {
    field: 'accuracy_m',
    description: `is ${value}; it must be metres from 0, for not known, to ${ACCURACY_MAX_M}`,
  }
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
