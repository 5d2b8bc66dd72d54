import type {
  ListSubjectsRequest,
  ListSubjectsResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { coverage, personName, purposeNamed } from '../consent/index.ts'
import { type NamedRow, pageByName } from '../page-by-name.ts'
import { rows } from '../sql.ts'
import { searchScope } from './look-context.ts'

interface SubjectRow extends NamedRow {
  readonly first_fix_time: Date | null
  readonly last_fix_time: Date | null
}

/** One end of a person's fixes: each device's by its index, day after day, until there is one. */
function endOfFixes(order: 'asc' | 'desc'): string {
  return `(select found.recorded_at from devices
      cross join unnest(page.covered) as part
      cross join lateral (
        select fixes.recorded_at from fixes
        where fixes.device_no = devices.device_no and fixes.organization_no = $3
          and fixes.person_no = page.person_no
          and fixes.recorded_at >= coalesce(lower(part), '-infinity')
          and fixes.recorded_at < coalesce(upper(part), 'infinity')
        order by fixes.recorded_at ${order} limit 1
      ) as found
      where devices.person_id = page.person_id
      order by found.recorded_at ${order} limit 1)`
}

const SUBJECTS = `with page as materialized (
    select * from (${coverage(
      '$1',
      '$2',
      `(persons.display_name ilike $4 or persons.external_id = $8)
      and ($5::text is null or (persons.display_name, persons.id) > ($5, $6::uuid))`,
    )}) as subject
    order by display_name, person_id limit $7
  )
  select person_id as id, display_name as "displayName", ${endOfFixes('asc')} as first_fix_time,
    ${endOfFixes('desc')} as last_fix_time
  from page order by display_name, person_id`

export function listSubjects(dataSource: DataSource, pageTokens: PageTokens) {
  return async (
    request: ListSubjectsRequest,
    call: OrganizationCallContext,
  ): Promise<ListSubjectsResponse> => {
    const purpose = await purposeNamed(dataSource, call.organization, request.purpose)
    const scope = await searchScope(dataSource, call, purpose.id)
    const tokens = pageScope('ListSubjects', { purpose: purpose.id, search: request.search })
    const page = await pageByName(pageTokens, tokens, request, (after, limit) =>
      rows<SubjectRow>(dataSource, SUBJECTS, [
        scope.organizationId,
        scope.purposeId,
        scope.organizationNo,
        `%${request.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
        after?.displayName ?? null,
        after?.id ?? null,
        limit,
        // As a whole only: it is not told, and would be found out letter by letter.
        request.search,
      ]),
    )
    return {
      subjects: page.rows.map((row) => ({
        person: personName(call.organization.slug, row.id),
        displayName: row.displayName,
        firstFixTime: row.first_fix_time ?? undefined,
        lastFixTime: row.last_fix_time ?? undefined,
      })),
      nextPageToken: page.nextPageToken,
    }
  }
}
