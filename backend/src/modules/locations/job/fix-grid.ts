import { type ConnectionRule, greatestRadiusM, searchRadiusM } from '../connections/connection-rule.ts'
import { EARTH_RADIUS_M } from '../connections/sphere.ts'
import type { TrackFix } from '../connections/track-fix.ts'

const RADIANS = Math.PI / 180
/** Degrees; a little more than rounding may take. */
const MARGIN_DEG = 1e-9
/** A finer grid has no use: positions are not that exact. */
const LEAST_ROW_M = 25
/** More than columns in a row at LEAST_ROW_M. */
const ROW_KEYS = 2 ** 22

/**
 * Fixes by place, of which those that are near another are found without looking at the others. Rows of latitude are as
 * high as the longest distance of a contact, and each has its own number of columns: few near the poles, and all the
 * way round.
 */
export class FixGrid {
  readonly #rule: ConnectionRule
  readonly #rowDeg: number
  readonly #rows: number
  readonly #cells = new Map<number, FixQueue>()

  constructor(rule: ConnectionRule) {
    this.#rule = rule
    this.#rowDeg = Math.max(LEAST_ROW_M, greatestRadiusM(rule)) / EARTH_RADIUS_M / RADIANS
    this.#rows = Math.ceil(180 / this.#rowDeg)
  }

  add(fix: TrackFix): void {
    const row = this.#row(fix.latitude)
    const key = row * ROW_KEYS + this.#column(this.#columns(row), fix.longitude)
    let cell = this.#cells.get(key)
    if (cell === undefined) {
      cell = new FixQueue()
      this.#cells.set(key, cell)
    }
    cell.push(fix)
  }

  /** Takes out the fix that was added first of all that are there. */
  removeFirst(fix: TrackFix): void {
    const row = this.#row(fix.latitude)
    const key = row * ROW_KEYS + this.#column(this.#columns(row), fix.longitude)
    const cell = this.#cells.get(key)
    if (cell?.shift() !== fix) throw new Error('a fix was taken out of the grid that was not the first in it')
    if (cell.isEmpty) this.#cells.delete(key)
  }

  /** Calls back with every fix that may be in contact with this one, and with others. */
  near(fix: TrackFix, found: (other: TrackFix) => void): void {
    const angle = searchRadiusM(this.#rule, fix) / EARTH_RADIUS_M
    const reach = reachDeg(fix.latitude, angle)
    const high = angle / RADIANS + MARGIN_DEG
    const last = this.#row(fix.latitude + high)
    for (let row = this.#row(fix.latitude - high); row <= last; row++) {
      const columns = this.#columns(row)
      const first = Math.floor(((fix.longitude - reach + 180) / 360) * columns)
      const count = Math.min(columns, Math.floor(((fix.longitude + reach + 180) / 360) * columns) - first + 1)
      for (let step = 0; step < count; step++) {
        const column = (((first + step) % columns) + columns) % columns
        this.#cells.get(row * ROW_KEYS + column)?.each(found)
      }
    }
  }

  #row(latitude: number): number {
    return Math.max(0, Math.min(this.#rows - 1, Math.floor((latitude + 90) / this.#rowDeg)))
  }

  /** As wide as the row is high, where it is widest. */
  #columns(row: number): number {
    const south = row * this.#rowDeg - 90
    const north = Math.min(90, south + this.#rowDeg)
    const widest =
      south <= 0 && north >= 0 ? 1 : Math.cos(Math.min(Math.abs(south), Math.abs(north)) * RADIANS)
    return Math.max(1, Math.floor((360 * widest) / this.#rowDeg))
  }

  #column(columns: number, longitude: number): number {
    return Math.max(0, Math.min(columns - 1, Math.floor(((longitude + 180) / 360) * columns)))
  }
}

/** Degrees of longitude to the meridians that touch the circle; all the way round when it holds a pole. */
function reachDeg(latitude: number, angle: number): number {
  const sine = Math.sin(angle) / Math.cos(latitude * RADIANS)
  const holdsPole = Math.abs(latitude) * RADIANS + angle >= Math.PI / 2
  return holdsPole || sine >= 1 ? 360 : Math.asin(sine) / RADIANS + MARGIN_DEG
}

/** First in, first out; in arrays that are cut when half of them is gone. */
export class FixQueue {
  #fixes: TrackFix[] = []
  #first = 0

  get isEmpty(): boolean {
    return this.#first === this.#fixes.length
  }

  get length(): number {
    return this.#fixes.length - this.#first
  }

  get head(): TrackFix | undefined {
    return this.#fixes[this.#first]
  }

  push(fix: TrackFix): void {
    this.#fixes.push(fix)
  }

  shift(): TrackFix | undefined {
    const fix = this.#fixes[this.#first]
    if (fix === undefined) return undefined
    this.#first += 1
    if (this.#first > 64 && this.#first * 2 > this.#fixes.length) {
      this.#fixes = this.#fixes.slice(this.#first)
      this.#first = 0
    }
    return fix
  }

  each(found: (fix: TrackFix) => void): void {
    for (let index = this.#first; index < this.#fixes.length; index++) {
      const fix = this.#fixes[index]
      if (fix !== undefined) found(fix)
    }
  }
}
