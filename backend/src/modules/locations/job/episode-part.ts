import type { Contact } from '../connections/episode.ts'
import type { TrackFix } from '../connections/track-fix.ts'

/**
 * What a task finds of one episode: its contacts that start in a stretch of time. Stretches follow each other; what
 * goes on beyond one is put together again by PartMerger.
 */
export interface EpisodePart {
  /** The lower one of the pair. */
  readonly personNo: number
  readonly otherPersonNo: number
  readonly startMs: number
  readonly endMs: number
  readonly closest: Contact
  readonly own: PartFixes
  readonly other: PartFixes
}

/** Distinct fixes of one side. */
export interface PartFixes {
  /** Those that no other stretch can name. */
  readonly count: number
  /** Those that the stretch before or after may name too, by which they are counted once. */
  readonly shared: readonly FixKey[]
}

export type FixKey = Pick<TrackFix, 'deviceNo' | 'timeMs'>

export function comparePairs(
  a: Pick<EpisodePart, 'personNo' | 'otherPersonNo'>,
  b: Pick<EpisodePart, 'personNo' | 'otherPersonNo'>,
): number {
  return a.personNo - b.personNo || a.otherPersonNo - b.otherPersonNo
}

/** By pair, and then by time. */
export function compareParts(a: EpisodePart, b: EpisodePart): number {
  return comparePairs(a, b) || a.startMs - b.startMs
}
