import { cellToBoundary, cellToLatLng, cellToParent, getResolution, gridDisk, latLngToCell } from 'h3-js'
import { CELL_RESOLUTION } from '../fixes/fix-cell.ts'
import { distanceM, type Point, squaredChord, unitVector } from './sphere.ts'

/** Cells of fixes, as the column has them: from the first to the last child of a coarser cell, both inclusive. */
export interface CellRange {
  readonly first: bigint
  readonly last: bigint
}

interface Cell {
  readonly range: CellRange
  readonly centre: readonly [number, number, number]
  /** Metres from its centre to the furthest fix that it, or a child of it, can have. */
  readonly reachM: number
  readonly neighbours: readonly string[]
}

/** So many cells are remembered; each takes about 1 kB. */
const REMEMBERED_CELLS = 20_000
/** Circumradii in metres, about, of the resolutions from 9 to 0. */
const RADII_M = [201, 531, 1406, 3725, 9854, 26_072, 68_980, 182_513, 483_057, 1_281_256]
/** Rounding of h3's own, which decides in doubles which cell a point on an edge is in. */
const MARGIN_M = 0.5

/** The coarsest that is worth it: cells about as large as the circle, of which a few cover it. */
export function coveringResolution(radiusM: number): number {
  const coarser = RADII_M.findIndex((cellRadiusM) => cellRadiusM >= radiusM)
  return CELL_RESOLUTION - (coarser < 0 ? RADII_M.length - 1 : coarser)
}

/**
 * Finds cells of one resolution, not finer than fixes', that hold every fix of a circle.
 *
 * A flood from the circle's centre over neighbours that come near enough. That it misses none holds whatever the shape
 * of the grid, at pentagons too: cells that meet the circle are connected, as the circle is, and each of them passes,
 * for no fix of a cell is further from its centre than its reach.
 */
export class CellCovering {
  readonly resolution: number
  readonly #cells = new Map<string, Cell>()

  constructor(resolution: number) {
    this.resolution = resolution
  }

  around(point: Point, radiusM: number): CellRange[] {
    const [x, y, z] = unitVector(point)
    // The cell of the fix and its ancestor: not the coarser cell that the point itself is in, which may be another.
    const own = latLngToCell(point.latitude, point.longitude, CELL_RESOLUTION)
    const found = [this.resolution === CELL_RESOLUTION ? own : cellToParent(own, this.resolution)]
    const seen = new Set(found)
    const ranges: CellRange[] = []
    for (const name of found) {
      const cell = this.#cell(name)
      const chord = (cell.centre[0] - x) ** 2 + (cell.centre[1] - y) ** 2 + (cell.centre[2] - z) ** 2
      if (chord > squaredChord(radiusM + cell.reachM) && name !== found[0]) continue
      ranges.push(cell.range)
      for (const neighbour of cell.neighbours) {
        if (seen.has(neighbour)) continue
        seen.add(neighbour)
        found.push(neighbour)
      }
    }
    return ranges
  }

  #cell(name: string): Cell {
    const known = this.#cells.get(name)
    if (known !== undefined) return known
    if (this.#cells.size >= REMEMBERED_CELLS) this.#cells.clear()
    const [latitude, longitude] = cellToLatLng(name)
    const centre = { latitude, longitude }
    const cell = {
      range: cellRange(name),
      centre: unitVector(centre),
      reachM: reachM(name, centre),
      neighbours: gridDisk(name, 1),
    }
    this.#cells.set(name, cell)
    return cell
  }
}

/**
 * Points of a cell are at most as far from its centre as its vertices. A coarser cell's children stick out of it: each
 * child's centre is at most 1 / sqrt(7) of the distance between neighbours from its parent's, which is sqrt(3)
 * circumradii; over all finer resolutions that adds up to sqrt(3) / (sqrt(7) - 1) = 1.053 circumradii. The rest of
 * 1.15 is for the projection, by which cells a little further on are larger.
 */
function reachM(name: string, centre: Point): number {
  const radiusM = Math.max(
    ...cellToBoundary(name).map(([latitude, longitude]) => distanceM(centre, { latitude, longitude })),
  )
  return (getResolution(name) === CELL_RESOLUTION ? 1 : 1.15) * radiusM + MARGIN_M
}

/** An index has 4 bits of resolution above 45 of digits, 3 for each resolution; digits that it has not are 7. */
function cellRange(name: string): CellRange {
  const index = BigInt(`0x${name}`)
  const resolution = BigInt(getResolution(name))
  const children = BigInt(CELL_RESOLUTION) - resolution
  const finerBits = BigInt(3 * (15 - CELL_RESOLUTION))
  const digits = ((1n << (3n * children)) - 1n) << finerBits
  const last = (index & ~(0xfn << 52n)) | (BigInt(CELL_RESOLUTION) << 52n)
  return { first: last & ~digits, last }
}
