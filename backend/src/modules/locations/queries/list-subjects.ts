import type {
  ListSubjectsRequest,
  ListSubjectsResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { coverage, personName, purposeNamed } from '../consent/index.ts'
import { rows } from '../sql.ts'
import { searchScope } from './look-context.ts'

const DEFAULT_PAGE_SIZE = 50

interface SubjectRow {
  readonly person_id: string
  readonly display_name: string
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
  select person_id, display_name, ${endOfFixes('asc')} as first_fix_time,
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
    const [displayName, id] = pageTokens.decode(tokens, request.pageToken) ?? []
    const size = request.pageSize || DEFAULT_PAGE_SIZE
    const found = await rows<SubjectRow>(dataSource, SUBJECTS, [
      scope.organizationId,
      scope.purposeId,
      scope.organizationNo,
      `%${request.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
      displayName ?? null,
      id ?? null,
      size + 1,
      // As a whole only: it is not told, and would be found out letter by letter.
      request.search,
    ])
    const page = found.slice(0, size)
    const last = found.length > size ? page.at(-1) : undefined
    return {
      subjects: page.map((row) => ({
        person: personName(call.organization.slug, row.person_id),
        displayName: row.display_name,
        firstFixTime: row.first_fix_time ?? undefined,
        lastFixTime: row.last_fix_time ?? undefined,
      })),
      nextPageToken: last === undefined ? '' : pageTokens.encode(tokens, [last.display_name, last.person_id]),
    }
  }
}
