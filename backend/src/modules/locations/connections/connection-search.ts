import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import type { ConnectionRule } from './connection-rule.ts'
import { contactsBetween } from './contacts-between.ts'
import type { Episode } from './episode.ts'
import { EpisodesOfOthers } from './episodes-of-others.ts'
import type { NeighbourSource } from './neighbour-source.ts'
import { ownFixes } from './own-fixes.ts'
import { inReadSession } from './read-session.ts'
import type { SearchScope, Span } from './search-scope.ts'
import { storedDays } from './stored-days.ts'
import type { TrackFix } from './track-fix.ts'

export interface ConnectionQuery {
  readonly scope: SearchScope
  /** Whose episodes. */
  readonly personNo: number
  readonly window: Span
  readonly rule: ConnectionRule
  readonly signal?: AbortSignal
}

export interface SearchStep {
  /** Those that ended before every episode of later steps did, in the order of their ends. */
  readonly episodes: Episode[]
  /** Contacts that start before this are found. */
  readonly searchedUntilMs: number
  /** No episode of later steps starts before this. */
  readonly laterFromMs: number
}

export interface SearchLimits {
  /** Of the person, at a time. */
  readonly ownFixes: number
  /** Of others, at a time. A step that has more is divided. */
  readonly nearFixes: number
  /** A step that is not divided any further. */
  readonly shortestMs: number
  /** No step is longer. */
  readonly longestMs: number
}

/** About 100 MB at most. */
const LIMITS: SearchLimits = {
  ownFixes: 50_000,
  nearFixes: 400_000,
  shortestMs: 60_000,
  longestMs: 86_400_000,
}

/** Finds whom a person met. */
export class ConnectionSearch {
  readonly #dataSource: DataSource
  readonly #source: NeighbourSource
  readonly #limits: SearchLimits

  constructor(dataSource: DataSource, source: NeighbourSource, limits: SearchLimits = LIMITS) {
    this.#dataSource = dataSource
    this.#source = source
    this.#limits = limits
  }

  /**
   * Step by step, a day or less at a time; what is kept from one to the next are open episodes. A contact belongs to
   * the step that it starts in, so that each is found once.
   *
   * @throws DomainError RESOURCE_EXHAUSTED when too many are near at once
   */
  async *steps(query: ConnectionQuery): AsyncGenerator<SearchStep> {
    const { window, rule } = query
    const episodes = new EpisodesOfOthers(rule)
    const known = new KnownFixes()
    const spans = await inReadSession(this.#dataSource, (session) => storedDays(session, window))
    spans.reverse()
    for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
      query.signal?.throwIfAborted()
      const isLong = span.endMs - span.startMs > this.#limits.longestMs
      const near = isLong ? undefined : await this.#nearIn(query, span)
      if (near === undefined) {
        spans.push(...halves(span, this.#limits.shortestMs))
        continue
      }
      const own = known.take('own', near.own, span.endMs)
      const others = known.take('others', near.others, span.endMs)
      for (const contact of contactsBetween(rule, own, others, span.endMs)) episodes.add(contact)
      yield {
        episodes: episodes.takeClosed(span.endMs),
        searchedUntilMs: span.endMs,
        laterFromMs: Math.min(span.endMs, episodes.earliestOpenMs),
      }
    }
    yield {
      episodes: episodes.takeClosed(Number.POSITIVE_INFINITY),
      searchedUntilMs: window.endMs,
      laterFromMs: Number.POSITIVE_INFINITY,
    }
  }

  /** What may be in contacts that start in the span; undefined when it is too much at a time. */
  async #nearIn(
    { scope, personNo, window, rule }: ConnectionQuery,
    { startMs, endMs }: Span,
  ): Promise<{ own: TrackFix[]; others: TrackFix[] } | undefined> {
    const span = { startMs, endMs: Math.min(window.endMs, endMs + rule.withinMs) }
    const limits = this.#limits
    return inReadSession(this.#dataSource, async (session) => {
      const own = await ownFixes(session, scope, [personNo], span, { limit: limits.ownFixes + 1 })
      if (own.length > limits.ownFixes) return undefined
      const others =
        own.length === 0
          ? []
          : await this.#source.near(session, { scope, personNo, rule, own, span, limit: limits.nearFixes })
      return others && { own, others }
    })
  }
}

function halves({ startMs, endMs }: Span, shortestMs: number): Span[] {
  if (endMs - startMs <= shortestMs)
    throw new DomainError(
      'RESOURCE_EXHAUSTED',
      'TOO_MANY_NEARBY',
      `Around ${new Date(startMs).toISOString()} too many fixes are near the person to be compared. Ask for a shorter distance or for less time between fixes.`,
    )
  const middleMs = Math.floor((startMs + endMs) / 2)
  return [
    { startMs: middleMs, endMs },
    { startMs, endMs: middleMs },
  ]
}

/** A step reads into the next one. Fixes that both read are one object, for they are counted by that. */
class KnownFixes {
  readonly #kept = { own: new Map<string, TrackFix>(), others: new Map<string, TrackFix>() }

  take(side: 'own' | 'others', fixes: TrackFix[], endMs: number): TrackFix[] {
    const before = this.#kept[side]
    const kept = new Map<string, TrackFix>()
    this.#kept[side] = kept
    return fixes.map((fix) => {
      if (before.size === 0 && fix.timeMs < endMs) return fix
      const key = `${fix.deviceNo} ${fix.timeMs}`
      const one = before.get(key) ?? fix
      if (fix.timeMs >= endMs) kept.set(key, one)
      return one
    })
  }
}
