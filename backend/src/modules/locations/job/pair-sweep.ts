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
  /**
   * What open parts may weigh before all are handed over, to be put together again: PART_WEIGHT each, and 1 for each
   * fix that they remember. Default 800,000, which takes up to 80 MB.
   */
  readonly weightMax?: number
}

/** At least so much time lies between two looks for parts that are over. */
const LOOK_MS = 60_000
const PART_WEIGHT = 8
const WEIGHT_MAX = 800_000

/**
 * Finds the contacts of everybody with everybody in one walk through the fixes, which come in the order of time: in the
 * grid stand those of as long as two fixes may be apart, and no more.
 */
export class PairSweep {
  readonly #options: SweepOptions
  readonly #weightMax: number
  readonly #grid: FixGrid
  /** What stands in the grid, the earliest first. */
  readonly #waiting = new FixQueue()
  readonly #open = new Map<number, Map<number, OpenPart>>()
  #weight = 0
  #nextLookMs = Number.NEGATIVE_INFINITY
  #nowMs = Number.NEGATIVE_INFINITY
  /** Fixes before may have been named in the stretch of time before the one that parts are of. */
  #sharedUntilMs: number

  constructor(options: SweepOptions) {
    this.#options = options
    this.#weightMax = options.weightMax ?? WEIGHT_MAX
    this.#grid = new FixGrid(options.rule)
    this.#sharedUntilMs = options.startMs + options.rule.withinMs
  }

  /** Fixes that stand in the grid, and what open parts weigh: all that it keeps in memory. */
  get held(): number {
    return this.#waiting.length + this.#weight
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
      this.#weight += open.add(contact)
    } else {
      if (open !== undefined) this.#close(open)
      const part = new OpenPart(contact, this.#sharedUntilMs)
      others.set(otherNo, part)
      this.#weight += part.weight
    }
    if (this.#weight >= this.#weightMax) this.#makeRoom(contactStartMs(contact))
  }

  /** At this time more contacts may start. */
  #makeRoom(nowMs: number): void {
    this.#closeEnded(nowMs)
    // Half, so that not every contact looks for what has ended.
    if (this.#weight * 2 >= this.#weightMax) this.#handOver(nowMs)
  }

  /** Before the contacts that start at this time: all that were found started before. */
  #tidy(nowMs: number): void {
    if (nowMs === this.#nowMs) return
    this.#nowMs = nowMs
    if (nowMs < this.#nextLookMs) return
    this.#nextLookMs = nowMs + Math.max(LOOK_MS, this.#options.rule.episodeGapMs / 4)
    this.#closeEnded(nowMs)
  }

  #closeEnded(nowMs: number): void {
    for (const [personNo, others] of this.#open) {
      for (const [otherNo, open] of others) {
        if (nowMs - open.endMs <= this.#options.rule.episodeGapMs) continue
        this.#close(open)
        others.delete(otherNo)
      }
      if (others.size === 0) this.#open.delete(personNo)
    }
  }

  #close(open: OpenPart): void {
    this.#weight -= open.weight
    this.#options.found(open.part(Number.POSITIVE_INFINITY))
  }

  /** Ends the stretch of time: hands over every open part. Contacts that start at its end may be of both stretches. */
  #handOver(endMs: number): void {
    for (const [personNo, others] of this.#open) {
      for (const open of others.values()) this.#options.found(open.part(endMs))
      this.#open.delete(personNo)
    }
    this.#weight = 0
    this.#sharedUntilMs = endMs + this.#options.rule.withinMs + 1
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

  get weight(): number {
    return PART_WEIGHT + this.#own.weight + this.#other.weight
  }

  /** What it weighs more now. */
  add(contact: Contact): number {
    const startMs = contactStartMs(contact)
    this.endMs = Math.max(this.endMs, contact.own.timeMs, contact.other.timeMs)
    if (isCloser(contact, this.#closest)) this.#closest = contact
    return this.#own.add(contact.own, startMs) + this.#other.add(contact.other, startMs)
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
/** More than these are looked up in a set; for the few that most pairs have it takes ten times as much. */
const LISTED_FIXES = 24
const NO_FIXES: readonly FixKey[] = []

class OpenFixes {
  readonly #sharedUntilMs: number
  #shared: FixKey[] | undefined
  #count = 0
  #recent: TrackFix[] = []
  /** The same, where they are many. */
  #known: Set<TrackFix> | undefined
  #forgetAt = REMEMBERED_FIXES

  constructor(sharedUntilMs: number) {
    this.#sharedUntilMs = sharedUntilMs
  }

  /** Fixes that are remembered. */
  get weight(): number {
    return this.#recent.length + (this.#shared?.length ?? 0)
  }

  /**
   * What it weighs more now.
   *
   * @param startMs of the contact: no later one names a fix before it
   */
  add(fix: TrackFix, startMs: number): number {
    if (this.#known?.has(fix) ?? this.#recent.includes(fix)) return 0
    const before = this.weight
    this.#recent.push(fix)
    this.#known?.add(fix)
    if (fix.timeMs >= this.#sharedUntilMs) this.#count += 1
    else if (this.#shared === undefined) this.#shared = [fix]
    else this.#shared.push(fix)
    if (this.#recent.length >= this.#forgetAt) this.#forget(startMs)
    return this.weight - before
  }

  #forget(startMs: number): void {
    this.#recent = this.#recent.filter(({ timeMs }) => timeMs >= startMs)
    this.#known = this.#recent.length > LISTED_FIXES ? new Set(this.#recent) : undefined
    this.#forgetAt = Math.max(REMEMBERED_FIXES, 2 * this.#recent.length)
  }

  fixes(sharedFromMs: number): PartFixes {
    const later = this.#recent.filter(({ timeMs }) => timeMs >= sharedFromMs && timeMs >= this.#sharedUntilMs)
    const shared = this.#shared ?? NO_FIXES
    return { count: this.#count - later.length, shared: later.length === 0 ? shared : [...shared, ...later] }
  }
}
