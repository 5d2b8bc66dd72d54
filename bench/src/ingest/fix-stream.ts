import { RecordFixesRequest } from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import type { FixBatch } from '../../../backend/src/modules/locations/fixes/index.ts'
import { Random } from '../../../backend/src/random.ts'

const INTERVAL_MS = 60_000

export interface BenchDevice {
  readonly externalId: string
  readonly deviceNo: number
  readonly personNo: number
}

/** Devices that walk about a city and tell where they are once a minute, all in the order of time. */
export class FixStream {
  readonly #devices: readonly BenchDevice[]
  readonly #organizationNo: number
  readonly beginMs: number
  readonly #random = new Random(1)
  readonly #latitudes: Float64Array
  readonly #longitudes: Float64Array
  #told = 0

  constructor(organizationNo: number, devices: readonly BenchDevice[], beginMs: number) {
    this.#organizationNo = organizationNo
    this.#devices = devices
    this.beginMs = beginMs
    this.#latitudes = Float64Array.from(devices, () => 47.3 + this.#random.next() * 0.2)
    this.#longitudes = Float64Array.from(devices, () => 8.4 + this.#random.next() * 0.3)
  }

  /** The fixes that come next. */
  next(length: number): FixBatch {
    const batch = {
      organizationNo: this.#organizationNo,
      devicesVersion: 0,
      length,
      deviceNos: new Int32Array(length),
      personNos: new Int32Array(length),
      timesMs: new Float64Array(length),
      latitudes: new Float64Array(length),
      longitudes: new Float64Array(length),
      accuraciesM: new Float32Array(length).fill(12),
    }
    for (let at = 0; at < length; at++) {
      const turn = this.#told++
      const index = turn % this.#devices.length
      const device = this.#devices[index] as BenchDevice
      batch.deviceNos[at] = device.deviceNo
      batch.personNos[at] = device.personNo
      batch.timesMs[at] = this.beginMs + Math.floor((turn * INTERVAL_MS) / this.#devices.length)
      batch.latitudes[at] = this.#step(this.#latitudes, index)
      batch.longitudes[at] = this.#step(this.#longitudes, index)
    }
    return batch
  }

  #step(degrees: Float64Array, index: number): number {
    const next = (degrees[index] as number) + (this.#random.next() - 0.5) * 0.001
    degrees[index] = next
    return next
  }
}

/** The batch as members of an organisation send it: each fix names its device. */
export function requestOf(parent: string, batch: FixBatch, devices: readonly BenchDevice[]): Uint8Array {
  const nameOf = new Map(devices.map(({ deviceNo, externalId }) => [deviceNo, externalId]))
  return RecordFixesRequest.encode({
    parent,
    fixes: Array.from(batch.deviceNos, (deviceNo, at) => ({
      recordTime: new Date(batch.timesMs[at] as number),
      latitude: batch.latitudes[at] as number,
      longitude: batch.longitudes[at] as number,
      accuracyM: batch.accuraciesM[at] as number,
      device: nameOf.get(deviceNo) ?? '',
    })),
  }).finish()
}
