import { coverage } from '../consent/index.ts'
import { type FixColumns, fixColumns, trackFixes } from './fix-columns.ts'
import type { ReadSession } from './read-session.ts'
import type { SearchScope, Span } from './search-scope.ts'
import type { TrackFix } from './track-fix.ts'

const OWN = `with subject as materialized (${coverage('$1', '$2', 'persons.person_no = any ($3::int4[])')}),
  own as (
    select fix.* from subject
    join devices on devices.person_id = subject.person_id
    cross join lateral (
      select person_no, device_no, recorded_at, latitude, longitude, accuracy_m from fixes
      where fixes.device_no = devices.device_no and fixes.recorded_at >= $5 and fixes.recorded_at < $6
        and (fixes.recorded_at, fixes.device_no) > ($5, $8) and fixes.organization_no = $4
      offset 0
    ) as fix
    where fix.person_no = subject.person_no and subject.covered @> fix.recorded_at
    order by fix.recorded_at, fix.device_no
    limit $7
  )
  select ${fixColumns('own')} from own`

export interface OwnFixesOptions {
  /** Not more than so many. */
  readonly limit?: number
  /** Of those at the very start of the span, only those of devices with higher numbers. */
  readonly afterDeviceNo?: number
}

const UNLIMITED = 2_000_000_000

/** Fixes of these persons that may be seen, in the order of time and then of devices. */
export async function ownFixes(
  session: ReadSession,
  scope: SearchScope,
  personNos: readonly number[],
  span: Span,
  options: OwnFixesOptions = {},
): Promise<TrackFix[]> {
  const [row] = await session.rows<FixColumns>(OWN, [
    scope.organizationId,
    scope.purposeId,
    personNos,
    scope.organizationNo,
    new Date(span.startMs),
    new Date(span.endMs),
    options.limit ?? UNLIMITED,
    options.afterDeviceNo ?? -1,
  ])
  return trackFixes(row)
}
