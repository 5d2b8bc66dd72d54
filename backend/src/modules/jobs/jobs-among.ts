import { type Database, rows } from './sql.ts'

/* Asked for many at once, by those who tell users of jobs and must know that they still may see them. */

/** The ids of those that exist and are not deleted. */
export async function jobsAmong(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const found = await rows<{ id: string }>(
    database,
    'select id from jobs where id = any($1::uuid[]) and delete_time is null',
    [ids],
  )
  return new Set(found.map(({ id }) => id))
}

export interface ShareKey {
  readonly jobId: string
  readonly userId: string
}

export function shareKey({ jobId, userId }: ShareKey): string {
  return `${jobId} ${userId}`
}

/**
 * The keys of the shares that exist, of jobs that are not deleted; each with whether it is good for a user who is
 * no member of the job's organisation.
 */
export async function sharesAmong(
  database: Database,
  asked: readonly ShareKey[],
): Promise<ReadonlyMap<string, boolean>> {
  if (asked.length === 0) return new Map()
  const found = await rows<{ job_id: string; user_id: string; beyond_organization: boolean }>(
    database,
    `select job_id, user_id, beyond_organization from job_shares join jobs on jobs.id = job_id
     where (job_id, user_id) in (select * from unnest($1::uuid[], $2::uuid[])) and delete_time is null`,
    [asked.map(({ jobId }) => jobId), asked.map(({ userId }) => userId)],
  )
  return new Map(
    found.map((row) => [shareKey({ jobId: row.job_id, userId: row.user_id }), row.beyond_organization]),
  )
}
