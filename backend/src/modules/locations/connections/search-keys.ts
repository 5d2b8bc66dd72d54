import { BUCKET_MS } from '../fixes/fix-cell.ts'
import { CellCovering, type CellRange, coveringResolution } from './cell-covering.ts'
import { type ConnectionRule, greatestRadiusM, searchRadiusM } from './connection-rule.ts'
import type { Span } from './search-scope.ts'
import { boxAround } from './sphere.ts'
import type { TrackFix } from './track-fix.ts'

/** What is looked up in the index: cells in one bucket of time, and what its fixes are worth reading for. */
export interface SearchKey extends CellRange {
  readonly bucket: number
  startMs: number
  /** Inclusive. */
  endMs: number
  south: number
  north: number
  west: number
  east: number
}

/**
 * Keys that hold every fix near one of `own`, in the order of the index. However many fixes somebody has of one place,
 * its keys are looked up once.
 */
export function searchKeys(rule: ConnectionRule, own: readonly TrackFix[], span: Span): SearchKey[] {
  const covering = new CellCovering(coveringResolution(greatestRadiusM(rule)))
  const byBucket = new Map<number, Map<bigint, SearchKey>>()
  for (const fix of own) {
    const radiusM = searchRadiusM(rule, fix)
    const box = boxAround(fix, radiusM)
    const startMs = Math.max(span.startMs, fix.timeMs - rule.withinMs)
    const endMs = Math.min(span.endMs - 1, fix.timeMs + rule.withinMs)
    const ranges = covering.around(fix, radiusM)
    for (let bucket = bucketOf(startMs); bucket <= bucketOf(endMs); bucket++) {
      let keys = byBucket.get(bucket)
      if (keys === undefined) {
        keys = new Map()
        byBucket.set(bucket, keys)
      }
      for (const range of ranges) {
        const known = keys.get(range.first)
        if (known === undefined) {
          keys.set(range.first, { ...range, bucket, startMs, endMs, ...box })
          continue
        }
        known.startMs = Math.min(known.startMs, startMs)
        known.endMs = Math.max(known.endMs, endMs)
        known.south = Math.min(known.south, box.south)
        known.north = Math.max(known.north, box.north)
        known.west = Math.min(known.west, box.west)
        known.east = Math.max(known.east, box.east)
      }
    }
  }
  return [...byBucket.values()]
    .flatMap((keys) => [...keys.values()])
    .sort((a, b) => a.bucket - b.bucket || (a.first < b.first ? -1 : 1))
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS)
}
