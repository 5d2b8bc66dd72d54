import type { JobRecord } from './job.ts'
import { jobsChannel } from './job-notice.ts'
import { enqueueCleanUp } from './job-queue.ts'
import { hasEnded } from './phase-transitions.ts'
import { deleteResults } from './result-store.ts'
import { type Database, rows } from './sql.ts'

/** Until then the task of a job that was deleted while it ran has stopped writing. */
const WRITERS_GONE_MS = 60_000

/**
 * Takes a locked job out of every list; its content and record go in the background. Its request_id may make another
 * job from now on, as it may once the record is gone.
 */
export async function markDeleted(database: Database, job: JobRecord): Promise<void> {
  await rows(
    database,
    `with deleted as (
       update jobs set delete_time = now(), version = version + 1, request_id = null where id = $1
       returning organization_id, id, last_sequence, phase
     ), outboxed as (
       insert into outbox (routing_key, payload)
       select 'jobs.deleted.' || organization_id,
         jsonb_build_object('job', id, 'organization', organization_id, 'phase', phase)
       from deleted
     )
     select pg_notify('${jobsChannel}', json_build_object('o', organization_id, 'j', id, 's', last_sequence,
       'p', phase, 'd', true)::text) from deleted`,
    [job.id],
  )
  await deleteResults(database, job.id)
  await enqueueCleanUp(database, job.id, hasEnded(job.phase) ? 0 : WRITERS_GONE_MS)
}
