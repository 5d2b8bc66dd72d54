import type { ConnectionRule } from './connection-rule.ts'
import type { ReadSession } from './read-session.ts'
import type { SearchScope, Span } from './search-scope.ts'
import type { TrackFix } from './track-fix.ts'

export interface NeighbourQuery {
  readonly scope: SearchScope
  readonly rule: ConnectionRule
  readonly personNo: number
  /** The person's, in the order of time. */
  readonly own: readonly TrackFix[]
  /** When fixes of others are of interest. */
  readonly span: Span
  /** Not more than so many are read. */
  readonly limit: number
}

/**
 * How fixes near others are found. Answers at least every fix that is a contact of one of `own` by the rule, and few
 * besides: what is a contact is decided by contactsBetween() alone, so that every source gives the same episodes.
 */
export interface NeighbourSource {
  /** Of others, in the order of time; undefined when there are more than the limit. */
  near(session: ReadSession, query: NeighbourQuery): Promise<TrackFix[] | undefined>
}
