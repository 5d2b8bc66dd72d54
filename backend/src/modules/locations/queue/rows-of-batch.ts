import type { FixBatch } from '../fixes/index.ts'

/** The batch with those rows alone that are wanted. */
export function rowsOf(batch: FixBatch, isWanted: (row: number) => boolean): FixBatch {
  const wanted = (_value: number, row: number) => isWanted(row)
  const timesMs = batch.timesMs.filter(wanted)
  return {
    ...batch,
    length: timesMs.length,
    timesMs,
    deviceNos: batch.deviceNos.filter(wanted),
    personNos: batch.personNos.filter(wanted),
    latitudes: batch.latitudes.filter(wanted),
    longitudes: batch.longitudes.filter(wanted),
    accuraciesM: batch.accuraciesM.filter(wanted),
  }
}
