import { midpoint, type Point } from './sphere.ts'
import type { TrackFix } from './track-fix.ts'

/** A fix of one person and a fix of another that are near in place and time. */
export interface Contact {
  /** Of the person asked about; of a pair that nobody asked about, of the one with the lower number. */
  readonly own: TrackFix
  readonly other: TrackFix
  readonly distanceM: number
}

export function contactStartMs({ own, other }: Contact): number {
  return Math.min(own.timeMs, other.timeMs)
}

/** Contacts of two persons without a gap longer than the rule's. */
export interface Episode {
  readonly otherPersonNo: number
  readonly startMs: number
  readonly endMs: number
  readonly closestDistanceM: number
  /** When the closest contact began: the earlier of its two fixes. */
  readonly closestTimeMs: number
  /** Half way between its fixes. */
  readonly closestPosition: Point
  /** Distinct fixes in contacts, of the person asked about and of the other. */
  readonly fixCount: number
  readonly otherFixCount: number
}

/**
 * Makes episodes of the contacts of one pair, which come by their starts. Keeps what may be named again, not the
 * contacts: a meeting may last for months.
 */
export class EpisodeFolder {
  readonly #episodeGapMs: number
  #open: OpenEpisode | undefined

  constructor(episodeGapMs: number) {
    this.#episodeGapMs = episodeGapMs
  }

  /** @returns the episode that the contact is too late for */
  add(contact: Contact): Episode | undefined {
    const startMs = contactStartMs(contact)
    const closed = this.close(startMs)
    this.#open ??= new OpenEpisode(contact)
    this.#open.add(contact)
    return closed
  }

  /** The open episode, when contacts from this time on are too late for it; the last of all from Infinity on. */
  close(fromMs: number): Episode | undefined {
    const open = this.#open
    if (open === undefined || fromMs - open.endMs <= this.#episodeGapMs) return undefined
    this.#open = undefined
    return open.episode()
  }

  /** Undefined while no episode is open. */
  get openStartMs(): number | undefined {
    return this.#open?.startMs
  }
}

/** So many fixes are remembered before those are forgotten that no contact can name any more. */
const REMEMBERED_FIXES = 4096

class OpenEpisode {
  readonly startMs: number
  endMs = Number.NEGATIVE_INFINITY
  #closest: Contact
  readonly #own = new CountedFixes()
  readonly #other = new CountedFixes()

  constructor(first: Contact) {
    this.startMs = contactStartMs(first)
    this.#closest = first
  }

  add(contact: Contact): void {
    const startMs = contactStartMs(contact)
    this.endMs = Math.max(this.endMs, contact.own.timeMs, contact.other.timeMs)
    if (isCloser(contact, this.#closest)) this.#closest = contact
    this.#own.add(contact.own, startMs)
    this.#other.add(contact.other, startMs)
  }

  episode(): Episode {
    const { own, other, distanceM } = this.#closest
    return {
      otherPersonNo: other.personNo,
      startMs: this.startMs,
      endMs: this.endMs,
      closestDistanceM: distanceM,
      closestTimeMs: contactStartMs(this.#closest),
      closestPosition: midpoint(own, other),
      fixCount: this.#own.count,
      otherFixCount: this.#other.count,
    }
  }
}

/** The first of the closest, so that an answer does not depend on the order in which rows were found. */
export function isCloser(a: Contact, b: Contact): boolean {
  const order =
    a.distanceM - b.distanceM ||
    contactStartMs(a) - contactStartMs(b) ||
    a.own.timeMs - b.own.timeMs ||
    a.other.timeMs - b.other.timeMs ||
    a.own.deviceNo - b.own.deviceNo ||
    a.other.deviceNo - b.other.deviceNo
  return order < 0
}

class CountedFixes {
  count = 0
  readonly #recent = new Set<TrackFix>()
  #forgetAt = REMEMBERED_FIXES

  /** @param startMs of the contact: no later one names a fix before it */
  add(fix: TrackFix, startMs: number): void {
    if (this.#recent.has(fix)) return
    this.#recent.add(fix)
    this.count += 1
    if (this.#recent.size < this.#forgetAt) return
    for (const known of this.#recent) if (known.timeMs < startMs) this.#recent.delete(known)
    this.#forgetAt = Math.max(REMEMBERED_FIXES, 2 * this.#recent.size)
  }
}
