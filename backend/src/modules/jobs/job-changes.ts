import type { JobError, JobEventBody, JobRecord, PhaseNote } from './job.ts'
import { jobsChannel, noticeOf } from './job-notice.ts'
import { type JobRow, jobColumns, jobOf } from './job-rows.ts'
import { hasEnded, mayMove, type Phase } from './phase-transitions.ts'
import { type Database, rows } from './sql.ts'

/** Another transaction changed the job first; read it again and decide anew. */
export class StaleJob extends Error {
  override readonly name = 'StaleJob'
}

/** What may change together with the phase. Times are the database's. */
export interface JobMove {
  readonly to: Phase
  readonly error?: JobError
  /** With HELD and SUSPENDED, and with no other. */
  readonly note?: PhaseNote
  /** Events before the one of the phase, in order. */
  readonly before?: readonly JobEventBody[]
}

/**
 * Moves a job by compare-and-set on (phase, version); event, outbox row and notification in one statement
 * with it. Throws StaleJob when the job is no longer as given.
 */
export async function moveJob(database: Database, job: JobRecord, move: JobMove): Promise<JobRecord> {
  if (!mayMove(job.phase, move.to)) throw new StaleJob(`a job in ${job.phase} cannot become ${move.to}`)
  const { error, note } = move
  const events: JobEventBody[] = [
    ...(move.before ?? []),
    {
      kind: 'phase',
      payload: {
        phase: move.to,
        ...(error === undefined ? {} : { error }),
        ...(note === undefined ? {} : { note }),
      },
    },
  ]
  const moved = await rows<JobRow>(
    database,
    `with moved as (
       update jobs set
         phase = $4, version = version + 1, last_sequence = last_sequence + $5,
         queue_time = case when $4 = 'QUEUED' then now() else queue_time end,
         start_time = case when $4 = 'EXECUTING' then coalesce(start_time, now()) else start_time end,
         deadline_time = case when $4 = 'EXECUTING'
           then coalesce(deadline_time + coalesce(now() - suspended_at, interval '0'),
             now() + execution_duration_ms * interval '1 ms')
           else deadline_time end,
         end_time = case when $6 then coalesce(end_time, now()) else end_time end,
         progress = case when $4 = 'COMPLETED' then 1 else progress end,
         error_reason = coalesce($7, error_reason), error_message = coalesce($8, error_message),
         error_transient = coalesce($9, error_transient),
         phase_reason = $12, phase_message = $13, phase_owner_may_run = $14,
         suspended_at = case when $4 = 'SUSPENDED' then now() end
       where id = $1 and phase = $2 and version = $3
       returning ${jobColumns}
     ), ${recordChange('moved', '$10', '$11')}
     select moved.* from moved, notified`,
    [
      job.id,
      job.phase,
      job.version,
      move.to,
      events.length,
      hasEnded(move.to),
      error?.reason ?? null,
      error?.message ?? null,
      error?.transient ?? null,
      JSON.stringify(events),
      `jobs.${move.to.toLowerCase()}`,
      note?.reason ?? null,
      note?.message ?? null,
      note?.ownerMayRun ?? false,
    ],
  )
  const row = moved[0]
  if (row === undefined) throw new StaleJob(`job ${job.id} is no longer ${job.phase} at ${job.version}`)
  return jobOf(row)
}

/**
 * Adds events to a job that has not ended, and with a gain in progress the event of that; returns false,
 * adding none, once the job has ended.
 */
export async function appendEvents(
  database: Database,
  jobId: string,
  events: readonly JobEventBody[],
  progressGain = 0,
): Promise<boolean> {
  const withProgress = `($4::jsonb || case when $3 > 0
    then jsonb_build_array(jsonb_build_object('kind', 'progress',
      'payload', jsonb_build_object('progress', changed.progress)))
    else '[]'::jsonb end)`
  const changed = await rows<{ id: string }>(
    database,
    `with changed as (
       update jobs set
         version = version + 1, last_sequence = last_sequence + $2,
         progress = least(1, progress + $3::double precision)
       where id = $1 and phase in ('QUEUED', 'EXECUTING')
       returning ${jobColumns}
     ), ${recordChange('changed', withProgress)}
     select changed.id from changed, notified`,
    [jobId, events.length + (progressGain > 0 ? 1 : 0), progressGain, JSON.stringify(events)],
  )
  return changed.length > 0
}

/**
 * The tail of every statement that changes a job: the events, numbered on from where the job was, the
 * outbox row of a phase change, and the notification that watchers wake up by.
 */
export function recordChange(changed: string, events: string, outboxEvent?: string): string {
  const outbox =
    outboxEvent === undefined
      ? ''
      : `outboxed as (
           insert into outbox (routing_key, payload)
           select ${outboxEvent}::text || '.' || organization_id,
             jsonb_build_object('job', id, 'organization', organization_id, 'owner', owner_id,
               'service', service, 'run_id', run_id, 'phase', phase, 'version', version,
               'sequence', last_sequence, 'error_reason', error_reason)
           from ${changed}
         ),`
  return `recorded as (
      insert into job_events (job_id, sequence, kind, payload)
      select ${changed}.id, ${changed}.last_sequence - jsonb_array_length(${events}::jsonb) + event.position,
        event.body ->> 'kind', event.body -> 'payload'
      from ${changed}, jsonb_array_elements(${events}::jsonb) with ordinality as event (body, position)
    ), ${outbox} notified as (
      select pg_notify('${jobsChannel}', ${noticeOf(changed)})
      from ${changed}
    )`
}
