import type { FixBatch } from './fix-batch.ts'
import { BUCKET_MS, writeCell } from './fix-cell.ts'

/** The columns that copyRows() writes. */
export const COPY_COLUMNS =
  'organization_no, bucket, cell, person_no, device_no, recorded_at, latitude, longitude, accuracy_m'

/** A row of a batch, by where it stands. */
export interface FixRows {
  readonly batches: readonly FixBatch[]
  /** Which batch, and which row of it; as many as there are rows to write, in the order of writing. */
  readonly batchAt: Uint32Array
  readonly rowAt: Uint32Array
  readonly length: number
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** Signature, flags and the length of an extension that there is none of. */
const HEADER_BYTES = SIGNATURE.length + 8
const WIDTHS = [4, 4, 8, 4, 4, 8, 8, 8, 4]
const ROW_BYTES = 2 + WIDTHS.reduce((sum, width) => sum + 4 + width, 0)
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)
const TWO_TO_32 = 2 ** 32

/** A row without its values: the number of fields, and the length of each. */
const template = makeTemplate()

/** Rows in the binary format of COPY (PostgreSQL's documentation of COPY, "Binary Format"). */
export function copyRows({ batches, batchAt, rowAt, length }: FixRows): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length * ROW_BYTES + 2)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  bytes.set(SIGNATURE)
  bytes.fill(0, SIGNATURE.length, HEADER_BYTES)
  let at = HEADER_BYTES
  for (let index = 0; index < length; index++) {
    const batch = batches[batchAt[index] as number] as FixBatch
    const row = rowAt[index] as number
    const timeMs = batch.timesMs[row] as number
    const latitude = batch.latitudes[row] as number
    const longitude = batch.longitudes[row] as number
    const microseconds = (timeMs - POSTGRES_EPOCH_MS) * 1000
    bytes.set(template, at)
    view.setInt32(at + 6, batch.organizationNo)
    view.setInt32(at + 14, Math.floor(timeMs / BUCKET_MS))
    writeCell(view, at + 22, latitude, longitude)
    view.setInt32(at + 34, batch.personNos[row] as number)
    view.setInt32(at + 42, batch.deviceNos[row] as number)
    view.setUint32(at + 50, Math.floor(microseconds / TWO_TO_32))
    view.setUint32(at + 54, microseconds % TWO_TO_32)
    view.setFloat64(at + 62, latitude)
    view.setFloat64(at + 74, longitude)
    view.setFloat32(at + 86, batch.accuraciesM[row] as number)
    at += ROW_BYTES
  }
  view.setInt16(at, -1)
  return bytes
}

function makeTemplate(): Buffer {
  const row = Buffer.alloc(ROW_BYTES)
  let at = row.writeInt16BE(WIDTHS.length, 0)
  for (const width of WIDTHS) at = row.writeInt32BE(width, at) + width
  return row
}
