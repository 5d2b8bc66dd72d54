import { type ConnectionRule, isNear } from '../connections/connection-rule.ts'
import { type Contact, contactStartMs, isCloser } from '../connections/episode.ts'
import { distanceM } from '../connections/sphere.ts'
import type { TrackFix } from '../connections/track-fix.ts'
import type { EpisodePart, FixKey, PartFixes } from './episode-part.ts'
import { FixGrid, FixQueue } from './fix-grid.ts'

export interface SweepOptions {
  readonly rule: ConnectionRule
  /** Contacts that start in [startMs, endMs) count. */
  readonly startMs: number
  readonly endMs: number
  /** Takes the parts of episodes as they close. */
  readonly found: (part: EpisodePart) => void
  /** More open parts than these are handed over before their end, to be put together again. Default 100,000. */
  readonly openMax?: number
}

/** At least so much time lies between two looks for parts that are over. */
const LOOK_MS = 60_000

/**
 * Finds the contacts of everybody with everybody in one walk through the fixes, which come in the order of time: in the
 * grid stand those of as long as two fixes may be apart, and no more.
 */
export class PairSweep {
  readonly #options: SweepOptions
  readonly #openMax: number
  readonly #grid: FixGrid
  /** What stands in the grid, the earliest first. */
  readonly #waiting = new FixQueue()
  readonly #open = new Map<number, Map<number, OpenPart>>()
  #openCount = 0
  #nextLookMs = Number.NEGATIVE_INFINITY
  #nowMs = Number.NEGATIVE_INFINITY
  /** The stretch of time that parts are of begins here. */
  #stretchMs: number

  constructor(options: SweepOptions) {
    this.#options = options
    this.#openMax = options.openMax ?? 100_000
    this.#grid = new FixGrid(options.rule)
    this.#stretchMs = options.startMs
  }

  /** @param fix from startMs on; those from endMs on count as the later one of a contact */
  add(fix: TrackFix): void {
    this.#settle(fix.timeMs - this.#options.rule.withinMs)
    this.#grid.add(fix)
    this.#waiting.push(fix)
  }

  /** After the last fix. */
  finish(): void {
    this.#settle(Number.POSITIVE_INFINITY)
    this.#handOver(this.#options.endMs)
  }

  /** Finds the contacts that start with fixes before this time: whatever they meet has come. */
  #settle(beforeMs: number): void {
    for (;;) {
      const fix = this.#waiting.head
      if (fix === undefined || fix.timeMs >= beforeMs) return
      this.#waiting.shift()
      // It has met those before it, and meets itself no more.
      this.#grid.removeFirst(fix)
      if (fix.timeMs >= this.#options.endMs) continue
      this.#tidy(fix.timeMs)
      this.#meet(fix)
    }
  }

  #meet(fix: TrackFix): void {
    const { rule } = this.#options
    this.#grid.near(fix, (later) => {
      if (later.personNo === fix.personNo) return
      const distance = distanceM(fix, later)
      if (!isNear(rule, distance, fix, later)) return
      const [own, other] = fix.personNo < later.personNo ? [fix, later] : [later, fix]
      this.#contact({ own, other, distanceM: distance })
    })
  }

  #contact(contact: Contact): void {
    const { personNo } = contact.own
    let others = this.#open.get(personNo)
    if (others === undefined) {
      others = new Map()
      this.#open.set(personNo, others)
    }
    const otherNo = contact.other.personNo
    const open = others.get(otherNo)
    if (open !== undefined && contactStartMs(contact) - open.endMs <= this.#options.rule.episodeGapMs) {
      open.add(contact)
      return
    }
    if (open === undefined) this.#openCount += 1
    else this.#options.found(open.part(Number.POSITIVE_INFINITY))
    const part = new OpenPart(contact, this.#stretchMs + this.#options.rule.withinMs)
    others.set(otherNo, part)
  }

  /** Before the contacts that start at this time: all that were found started before. */
  #tidy(nowMs: number): void {
    if (nowMs === this.#nowMs) return
    this.#nowMs = nowMs
    const { rule } = this.#options
    const full = this.#openCount >= this.#openMax
    if (nowMs < this.#nextLookMs && !full) return
    this.#nextLookMs = nowMs + Math.max(LOOK_MS, rule.episodeGapMs / 4)
    for (const [personNo, others] of this.#open) {
      for (const [otherNo, open] of others) {
        if (nowMs - open.endMs <= rule.episodeGapMs) continue
        this.#options.found(open.part(Number.POSITIVE_INFINITY))
        others.delete(otherNo)
        this.#openCount -= 1
      }
      if (others.size === 0) this.#open.delete(personNo)
    }
    if (this.#openCount >= this.#openMax) this.#handOver(nowMs)
  }

  /** Ends the stretch of time: hands over every open part. */
  #handOver(endMs: number): void {
    for (const others of this.#open.values()) {
      for (const open of others.values()) this.#options.found(open.part(endMs))
    }
    this.#open.clear()
    this.#openCount = 0
    this.#stretchMs = endMs
  }
}

class OpenPart {
  readonly startMs: number
  endMs = Number.NEGATIVE_INFINITY
  #closest: Contact
  readonly #own: OpenFixes
  readonly #other: OpenFixes

  /** @param sharedUntilMs fixes before may have been named in the stretch before */
  constructor(first: Contact, sharedUntilMs: number) {
    this.startMs = contactStartMs(first)
    this.#closest = first
    this.#own = new OpenFixes(sharedUntilMs)
    this.#other = new OpenFixes(sharedUntilMs)
    this.add(first)
  }

  add(contact: Contact): void {
    const startMs = contactStartMs(contact)
    this.endMs = Math.max(this.endMs, contact.own.timeMs, contact.other.timeMs)
    if (isCloser(contact, this.#closest)) this.#closest = contact
    this.#own.add(contact.own, startMs)
    this.#other.add(contact.other, startMs)
  }

  /** @param sharedFromMs fixes from here on may be named in the stretch after */
  part(sharedFromMs: number): EpisodePart {
    return {
      personNo: this.#closest.own.personNo,
      otherPersonNo: this.#closest.other.personNo,
      startMs: this.startMs,
      endMs: this.endMs,
      closest: this.#closest,
      own: this.#own.fixes(sharedFromMs),
      other: this.#other.fixes(sharedFromMs),
    }
  }
}

/** So many fixes are remembered before those are forgotten that no contact can name any more; of each of many pairs. */
const REMEMBERED_FIXES = 8

class OpenFixes {
  readonly #sharedUntilMs: number
  readonly #shared: FixKey[] = []
  #count = 0
  readonly #recent = new Set<TrackFix>()
  #forgetAt = REMEMBERED_FIXES

  constructor(sharedUntilMs: number) {
    this.#sharedUntilMs = sharedUntilMs
  }

  /** @param startMs of the contact: no later one names a fix before it */
  add(fix: TrackFix, startMs: number): void {
    if (this.#recent.has(fix)) return
    this.#recent.add(fix)
    if (fix.timeMs < this.#sharedUntilMs) this.#shared.push(fix)
    else this.#count += 1
    if (this.#recent.size < this.#forgetAt) return
    for (const known of this.#recent) if (known.timeMs < startMs) this.#recent.delete(known)
    this.#forgetAt = Math.max(REMEMBERED_FIXES, 2 * this.#recent.size)
  }

  fixes(sharedFromMs: number): PartFixes {
    const later = [...this.#recent].filter(
      ({ timeMs }) => timeMs >= sharedFromMs && timeMs >= this.#sharedUntilMs,
    )
    return { count: this.#count - later.length, shared: [...this.#shared, ...later] }
  }
}
