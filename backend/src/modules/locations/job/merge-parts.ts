import { type Contact, contactStartMs, type Episode, isCloser } from '../connections/episode.ts'
import { midpoint } from '../connections/sphere.ts'
import { comparePairs, compareParts, type EpisodePart, type PartFixes } from './episode-part.ts'

/** An episode of a pair. */
export interface PairEpisode extends Episode {
  /** The lower one of the pair, whom `fixCount` is of. */
  readonly personNo: number
}

/** What gives parts in the order of compareParts, such as a file. */
export interface PartSource {
  next(): EpisodePart | undefined
}

/** Episodes by pair and then by time, from the parts that any number of tasks found. */
export function* mergeParts(sources: readonly PartSource[], episodeGapMs: number): Generator<PairEpisode> {
  let open: MergedEpisode | undefined
  for (const part of partsInOrder(sources)) {
    if (open?.takes(part, episodeGapMs) === true) {
      open.add(part)
      continue
    }
    if (open !== undefined) yield open.episode()
    open = new MergedEpisode(part)
  }
  if (open !== undefined) yield open.episode()
}

/** Merges by a binary heap: there may be a file for each day of a year, or hundreds of one day. */
export function* partsInOrder(sources: readonly PartSource[]): Generator<EpisodePart> {
  const heap: { part: EpisodePart; readonly source: PartSource }[] = []
  for (const source of sources) {
    const part = source.next()
    if (part !== undefined) heap.push({ part, source })
  }
  heap.sort((a, b) => compareParts(a.part, b.part))
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    yield first.part
    const part = first.source.next()
    if (part !== undefined) first.part = part
    else {
      const last = heap.pop()
      if (last !== undefined && last !== first) heap[0] = last
    }
    sink(heap)
  }
}

function sink(heap: { part: EpisodePart }[]): void {
  for (let place = 0; ; ) {
    const here = heap[place]
    if (here === undefined) return
    const [left, right] = [2 * place + 1, 2 * place + 2]
    const leftOne = heap[left]
    if (leftOne === undefined) return
    const rightOne = heap[right]
    const takesRight = rightOne !== undefined && compareParts(rightOne.part, leftOne.part) < 0
    const [next, nextOne] = takesRight ? [right, rightOne] : [left, leftOne]
    if (compareParts(here.part, nextOne.part) <= 0) return
    heap[place] = nextOne
    heap[next] = here
    place = next
  }
}

class MergedEpisode {
  readonly #first: EpisodePart
  #endMs: number
  #closest: Contact
  readonly #own = new MergedFixes()
  readonly #other = new MergedFixes()

  constructor(first: EpisodePart) {
    this.#first = first
    this.#endMs = first.endMs
    this.#closest = first.closest
    this.add(first)
  }

  /** Of parts by their starts. */
  takes(part: EpisodePart, episodeGapMs: number): boolean {
    return comparePairs(part, this.#first) === 0 && part.startMs - this.#endMs <= episodeGapMs
  }

  add(part: EpisodePart): void {
    this.#endMs = Math.max(this.#endMs, part.endMs)
    if (isCloser(part.closest, this.#closest)) this.#closest = part.closest
    this.#own.add(part.own, part.startMs)
    this.#other.add(part.other, part.startMs)
  }

  episode(): PairEpisode {
    const { own, other, distanceM } = this.#closest
    return {
      personNo: this.#first.personNo,
      otherPersonNo: this.#first.otherPersonNo,
      startMs: this.#first.startMs,
      endMs: this.#endMs,
      closestDistanceM: distanceM,
      closestTimeMs: contactStartMs(this.#closest),
      closestPosition: midpoint(own, other),
      fixCount: this.#own.count,
      otherFixCount: this.#other.count,
    }
  }
}

/** So many shared fixes are remembered before those are forgotten that no part can name any more. */
const REMEMBERED_FIXES = 1024

class MergedFixes {
  count = 0
  readonly #shared = new Map<string, number>()
  #forgetAt = REMEMBERED_FIXES

  /** @param startMs of the part: no later one names a fix before it */
  add({ count, shared }: PartFixes, startMs: number): void {
    this.count += count
    for (const { deviceNo, timeMs } of shared) {
      const key = `${deviceNo} ${timeMs}`
      if (this.#shared.has(key)) continue
      this.#shared.set(key, timeMs)
      this.count += 1
    }
    if (this.#shared.size < this.#forgetAt) return
    for (const [key, timeMs] of this.#shared) if (timeMs < startMs) this.#shared.delete(key)
    this.#forgetAt = Math.max(REMEMBERED_FIXES, 2 * this.#shared.size)
  }
}
