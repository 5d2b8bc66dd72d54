import type { JobRecord } from '../job.ts'
import { type JobRow, jobColumns, jobOf } from '../job-rows.ts'
import { type Database, rows } from '../sql.ts'
import { type JsonShare, type ShareRecord, sharesOf, sharesOfJson } from './share-rows.ts'

/** FULL when the job is shared with as many users as it may be. One that has it already keeps it: HELD. */
export async function insertShare(
  database: Database,
  share: {
    readonly jobId: string
    readonly userId: string
    readonly sharedBy: string
    /** Whether it is good for a user who is no member of the job's organisation. */
    readonly beyondOrganization: boolean
  },
  limit: number,
): Promise<'ADDED' | 'HELD' | 'FULL'> {
  const inserted = await rows<{ added: boolean }>(
    database,
    `insert into job_shares (job_id, user_id, shared_by, beyond_organization)
     select $1::uuid, $2::uuid, $3::uuid, $4
     where (select count(*) from job_shares where job_id = $1 and user_id <> $2) < $5::int
     on conflict (job_id, user_id) do update
       set beyond_organization = job_shares.beyond_organization or excluded.beyond_organization
     -- a row that this statement inserted has never been locked or updated
     returning xmax = 0 as added`,
    [share.jobId, share.userId, share.sharedBy, share.beyondOrganization, limit],
  )
  if (inserted[0] === undefined) return 'FULL'
  return inserted[0].added ? 'ADDED' : 'HELD'
}

/** False when there was none. */
export async function deleteShare(database: Database, jobId: string, userId: string): Promise<boolean> {
  const deleted = await rows(
    database,
    `delete from job_shares where job_id = $1 and user_id = $2 returning job_id`,
    [jobId, userId],
  )
  return deleted.length > 0
}

/** Oldest first. */
export async function listShares(database: Database, jobId: string): Promise<ShareRecord[]> {
  const found = await rows<{ shares: JsonShare[] | null }>(
    database,
    `select ${sharesOf('$1::uuid')} as shares`,
    [jobId],
  )
  return sharesOfJson(found[0]?.shares ?? null)
}

/** Gives one user's shares to another; of two of the same job the other's stays. */
export async function moveShares(database: Database, fromUserId: string, toUserId: string): Promise<void> {
  await rows(
    database,
    `update job_shares set user_id = $2 where user_id = $1 and not exists (
       select from job_shares as held where held.job_id = job_shares.job_id and held.user_id = $2)`,
    [fromUserId, toUserId],
  )
}

/** The organisations of those "job user" pairs of which the job is shared with the user, member or not. */
export async function organizationsOfShares(
  database: Database,
  pairs: readonly string[],
): Promise<Map<string, string>> {
  const split = pairs.map((pair) => pair.split(' '))
  const found = await rows<{ job_id: string; user_id: string; organization_id: string }>(
    database,
    `select job_id, user_id, organization_id from job_shares join jobs on jobs.id = job_id
     where (job_id, user_id) in (select * from unnest($1::uuid[], $2::uuid[])) and beyond_organization
       and delete_time is null`,
    [split.map(([job]) => job), split.map(([, user]) => user)],
  )
  return new Map(found.map((row) => [`${row.job_id} ${row.user_id}`, row.organization_id]))
}

/** Where a page ended: create_time of the share as PostgreSQL writes it, and the job's id. */
export interface ShareCursor {
  readonly shareTime: string
  readonly jobId: string
}

/** Jobs that are shared with a user, who is a member of those organisations, the latest share first. */
export async function listSharedJobs(
  database: Database,
  userId: string,
  organizationIds: readonly string[],
  after: ShareCursor | undefined,
  limit: number,
): Promise<{ job: JobRecord; cursor: ShareCursor }[]> {
  const found = await rows<JobRow & { share_time: string }>(
    database,
    `select ${jobColumns}, job_shares.create_time::text as share_time
     from job_shares join jobs on jobs.id = job_id
     where user_id = $1 and delete_time is null
       and (beyond_organization or organization_id = any($5::uuid[]))
       and (job_shares.create_time, job_id) < ($2::timestamptz, $3::uuid)
     order by job_shares.create_time desc, job_id desc limit $4`,
    [
      userId,
      after?.shareTime ?? 'infinity',
      after?.jobId ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
      limit,
      organizationIds,
    ],
  )
  return found.map((row) => ({ job: jobOf(row), cursor: { shareTime: row.share_time, jobId: row.id } }))
}
