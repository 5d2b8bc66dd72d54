import { coverage } from '../consent/index.ts'
import { type FixColumns, fixColumns, trackFixes } from './fix-columns.ts'
import type { NeighbourQuery } from './neighbour-source.ts'
import type { ReadSession } from './read-session.ts'
import { compareByTime, type TrackFix } from './track-fix.ts'

/**
 * One statement: of the fixes that `candidate` finds, those that a consent of their person covers.
 *
 * @param candidate SQL whose parameters $1 to $3 are the organisation's id, the purpose's, and the organisation's number
 */
export function coveredCandidates(candidate: string): string {
  return `with candidate as materialized (${candidate}
  ), subject as materialized (
    ${coverage('$1', '$2', 'persons.person_no in (select person_no from candidate)')}
  ), near as (
    select candidate.* from candidate join subject using (person_no)
    where subject.covered @> candidate.recorded_at
  )
  select ${fixColumns('near')}, (select count(*)::int4 from candidate) as candidates from near`
}

/** In the order of time; undefined when there are more candidates than the query's limit. */
export async function readCovered(
  session: ReadSession,
  { scope, limit }: NeighbourQuery,
  statement: string,
  parameters: readonly unknown[],
): Promise<TrackFix[] | undefined> {
  const [row] = await session.rows<FixColumns & { candidates: number }>(statement, [
    scope.organizationId,
    scope.purposeId,
    scope.organizationNo,
    ...parameters,
  ])
  if (row === undefined || row.candidates > limit) return undefined
  return trackFixes(row).sort(compareByTime)
}
