import type { JobRecord } from '../job.ts'
import { type JobRow, jobColumns, jobOf } from '../job-rows.ts'
import type { Phase } from '../phase-transitions.ts'
import { type Database, rows } from '../sql.ts'

/** Phases of jobs that wait or run, in the order in which people look at them. */
const unfinishedPhases = ['QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED'] as const satisfies readonly Phase[]

/** Where a page ended: create_time as PostgreSQL writes it, with its microseconds. */
export interface UnfinishedCursor {
  readonly createTime: string
  readonly jobId: string
}

/**
 * Jobs that wait or run, of all organisations or one, oldest first. Merged from the lists of the phases, each
 * read in the order of its index and no further than the page.
 */
export async function listUnfinishedJobs(
  database: Database,
  filter: { readonly organizationId: string | undefined; readonly phases: readonly Phase[] },
  after: UnfinishedCursor | undefined,
  limit: number,
): Promise<{ job: JobRecord; cursor: UnfinishedCursor }[]> {
  const ofOrganization = filter.organizationId === undefined ? '' : 'and organization_id = $5::uuid'
  const found = await rows<JobRow & { cursor_time: string }>(
    database,
    `select found.* from unnest($1::text[]) as wanted (phase) cross join lateral (
       select ${jobColumns}, create_time::text as cursor_time from jobs
       where jobs.phase = wanted.phase and jobs.phase in (${quoted(unfinishedPhases)}) and delete_time is null
         and (create_time, id) > ($2::timestamptz, $3::uuid) ${ofOrganization}
       order by create_time, id limit $4
     ) as found
     order by create_time, id limit $4`,
    [
      filter.phases.length === 0 ? unfinishedPhases : filter.phases,
      after?.createTime ?? '-infinity',
      after?.jobId ?? '00000000-0000-0000-0000-000000000000',
      limit,
      ...(filter.organizationId === undefined ? [] : [filter.organizationId]),
    ],
  )
  return found.map((row) => ({ job: jobOf(row), cursor: { createTime: row.cursor_time, jobId: row.id } }))
}

function quoted(phases: readonly Phase[]): string {
  return phases.map((phase) => `'${phase}'`).join(', ')
}
