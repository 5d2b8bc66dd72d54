/** A piece of a byte source and the place where it is wanted. */
export interface ByteRange {
  offset: number
  target: Uint8Array
}

/** Random access to the bytes of a file, wherever it is kept. */
export interface ByteSource {
  readonly sizeBytes: number
  /**
   * Two ranges closer than this are fetched as one, with the bytes between them thrown away. 0 (the default)
   * suits local files; an object store is better off with the bytes that it sends within one round trip.
   */
  readonly mergeGapBytes?: number
  /** Exactly `length` bytes from `offset`; rejects where the source ends before. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>
  /** Fills every target. Optional: a source that has nothing faster than `read` leaves it out. */
  readMany?(ranges: readonly ByteRange[], signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Requests in flight at a time to a source without `readMany`. */
const CONCURRENCY = 8

export async function readRanges(
  source: ByteSource,
  ranges: readonly ByteRange[],
  signal?: AbortSignal,
): Promise<void> {
  if (source.readMany) return source.readMany(ranges, signal)
  const merged = mergeRanges(ranges, source.mergeGapBytes ?? 0)
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const request = merged[next++]
      if (!request) return
      const bytes = await source.read(request.offset, request.length, signal)
      for (const range of request.ranges) {
        const start = range.offset - request.offset
        range.target.set(bytes.subarray(start, start + range.target.length))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, merged.length) }, work))
}

interface MergedRequest {
  offset: number
  length: number
  ranges: ByteRange[]
}

function mergeRanges(ranges: readonly ByteRange[], gapBytes: number): MergedRequest[] {
  const merged: MergedRequest[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (last && range.offset >= last.offset && range.offset - (last.offset + last.length) <= gapBytes) {
      last.length = Math.max(last.length, range.offset + range.target.length - last.offset)
      last.ranges.push(range)
    } else {
      merged.push({ offset: range.offset, length: range.target.length, ranges: [range] })
    }
  }
  return merged
}
