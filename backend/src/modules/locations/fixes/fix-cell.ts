import { latLngToCell } from 'h3-js'

/** About 0.1 km² a cell, 200 m an edge: the distances that people ask for are one or two of them. */
export const CELL_RESOLUTION = 9
/** One bucket of time, in ms. */
export const BUCKET_MS = 300_000

/** Writes the 64 bits of a position's cell as PostgreSQL's binary format has them: big endian. */
export function writeCell(view: DataView, at: number, latitude: number, longitude: number): void {
  const index = latLngToCell(latitude, longitude, CELL_RESOLUTION)
  const middle = index.length - 8
  view.setUint32(at, Number.parseInt(index.slice(0, middle), 16))
  view.setUint32(at + 4, Number.parseInt(index.slice(middle), 16))
}

/** The same as a decimal of a signed number. */
export function fixCell(latitude: number, longitude: number): string {
  return BigInt.asIntN(64, BigInt(`0x${latLngToCell(latitude, longitude, CELL_RESOLUTION)}`)).toString()
}
