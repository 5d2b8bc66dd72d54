import { dayOf } from '../partitions/index.ts'
import type { FixRows } from './copy-rows.ts'
import type { FixBatch } from './fix-batch.ts'

export interface OrderedRows extends FixRows {
  /** Rows of each batch that are written. */
  readonly counts: readonly number[]
  /** Days of UTC that they are of. */
  readonly days: ReadonlySet<number>
}

/**
 * Rows of batches by day, device and time, each fix once: the first of them. All writers have the same order, so that
 * those of the same fixes wait for each other in one direction, and a day's partition is written in one go.
 *
 * @param gone rows of a batch that are left out
 */
export function orderedRows(
  batches: readonly FixBatch[],
  gone: readonly ReadonlySet<number>[] = [],
): OrderedRows {
  const total = batches.reduce((sum, batch) => sum + batch.length, 0)
  const batchOf = new Uint32Array(total)
  const rowOf = new Uint32Array(total)
  const deviceNos = new Int32Array(total)
  const timesMs = new Float64Array(total)
  const days = new Int32Array(total)
  let filled = 0
  for (const [batchNo, batch] of batches.entries()) {
    const left = gone[batchNo]
    for (let row = 0; row < batch.length; row++) {
      if (left?.has(row) === true) continue
      batchOf[filled] = batchNo
      rowOf[filled] = row
      deviceNos[filled] = batch.deviceNos[row] as number
      timesMs[filled] = batch.timesMs[row] as number
      days[filled] = dayOf(timesMs[filled] as number)
      filled++
    }
  }
  const order = new Uint32Array(filled)
  for (let index = 0; index < filled; index++) order[index] = index
  // Stable: of two of the same fix, the one that came first stays the first.
  order.sort(
    (left, right) =>
      (days[left] as number) - (days[right] as number) ||
      (deviceNos[left] as number) - (deviceNos[right] as number) ||
      (timesMs[left] as number) - (timesMs[right] as number),
  )

  const batchAt = new Uint32Array(filled)
  const rowAt = new Uint32Array(filled)
  const counts = batches.map(() => 0)
  const written = new Set<number>()
  let length = 0
  let before = -1
  for (const index of order) {
    if (before >= 0 && deviceNos[index] === deviceNos[before] && timesMs[index] === timesMs[before]) continue
    before = index
    const batchNo = batchOf[index] as number
    batchAt[length] = batchNo
    rowAt[length] = rowOf[index] as number
    length++
    counts[batchNo] = (counts[batchNo] as number) + 1
    written.add(days[index] as number)
  }
  return { batches, batchAt, rowAt, length, counts, days: written }
}
