import { endianness } from 'node:os'
import { ACCURACY_MAX_M, EARLIEST_TIME_MS } from '../fixes/fix-limits.ts'
import type { FixBatch } from '../fixes/index.ts'

/**
 * A batch in the queue: "FXB1", three int32 (organisation, version of its devices, fixes), then the columns one after
 * the other, those of 8 bytes first. Little endian.
 */
const MAGIC = Buffer.from('FXB1', 'latin1')
const HEAD_BYTES = 16
const FIX_BYTES = 3 * 8 + 3 * 4
/** More than any sender puts into one. */
const FIXES_MAX = 1_000_000
/** What PostgreSQL keeps as a time, by far. */
const LATEST_TIME_MS = Date.UTC(3000, 0, 1)

/** What stands in the queue is no batch of ours. */
export class BrokenBatchError extends Error {
  override readonly name = 'BrokenBatchError'
}

export function encodeBatch(batch: FixBatch): Buffer {
  requireLittleEndian()
  const { organizationNo, devicesVersion, length } = batch
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeInt32LE(organizationNo, 4)
  head.writeInt32LE(devicesVersion, 8)
  head.writeInt32LE(length, 12)
  const { timesMs, latitudes, longitudes, deviceNos, personNos, accuraciesM } = batch
  const columns = [timesMs, latitudes, longitudes, deviceNos, personNos, accuraciesM]
  return Buffer.concat([head, ...columns.map(bytesOf)])
}

/** @throws BrokenBatchError */
export function decodeBatch(content: Buffer): FixBatch {
  requireLittleEndian()
  if (content.length < HEAD_BYTES || !content.subarray(0, MAGIC.length).equals(MAGIC))
    throw new BrokenBatchError('It does not begin as a batch of fixes does.')
  const length = content.readInt32LE(12)
  if (length < 1 || length > FIXES_MAX || content.length !== HEAD_BYTES + length * FIX_BYTES)
    throw new BrokenBatchError(`It says that it holds ${length} fixes, and has ${content.length} bytes.`)
  // A copy, which stands where columns of 8 bytes can.
  const bytes = new Uint8Array(content.subarray(HEAD_BYTES)).buffer
  const doubles = (column: number) => new Float64Array(bytes, column * 8 * length, length)
  const narrow = 3 * 8 * length
  const batch: FixBatch = {
    organizationNo: content.readInt32LE(4),
    devicesVersion: content.readInt32LE(8),
    length,
    timesMs: doubles(0),
    latitudes: doubles(1),
    longitudes: doubles(2),
    deviceNos: new Int32Array(bytes, narrow, length),
    personNos: new Int32Array(bytes, narrow + 4 * length, length),
    accuraciesM: new Float32Array(bytes, narrow + 8 * length, length),
  }
  checkValues(batch)
  return batch
}

/** What the sender has checked, and nobody else may have changed. */
function checkValues({ length, timesMs, latitudes, longitudes, accuraciesM }: FixBatch): void {
  for (let row = 0; row < length; row++) {
    const [timeMs, latitude, longitude, accuracyM] = [
      timesMs[row] as number,
      latitudes[row] as number,
      longitudes[row] as number,
      accuraciesM[row] as number,
    ]
    const isValid =
      Number.isInteger(timeMs) &&
      timeMs >= EARLIEST_TIME_MS &&
      timeMs < LATEST_TIME_MS &&
      Math.abs(latitude) <= 90 &&
      longitude >= -180 &&
      longitude < 180 &&
      accuracyM >= 0 &&
      accuracyM <= ACCURACY_MAX_M
    if (!isValid) throw new BrokenBatchError(`Its fix ${row} has values that no fix has.`)
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}

function requireLittleEndian(): void {
  if (endianness() !== 'LE') throw new Error('batches of fixes are written on little-endian machines only')
}
