import { activeTraceparent } from '../../tracing/index.ts'
import type { JobError, JobEventBody, JobRecord, PhaseNote } from './job.ts'
import { jobsChannel, noticeOf } from './job-notice.ts'
import { type JobRow, jobColumns, jobOf } from './job-rows.ts'
import { hasEnded, mayMove, type Phase } from './phase-transitions.ts'
import { type Database, rows } from './sql.ts'

/** Another transaction changed the job first; read it again and decide anew. */
class StaleJob extends Error {
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
  /** The user who asked for it; undefined when it is the system's own doing. */
  readonly actorId?: string
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
         traceparent = case when $4 = 'QUEUED' then coalesce($16, traceparent) else traceparent end,
         start_time = case when $4 = 'EXECUTING' then coalesce(start_time, now()) else start_time end,
         deadline_time = case when $4 = 'EXECUTING'
           then coalesce(deadline_time + coalesce(now() - suspended_at, interval '0'),
             now() + execution_duration_ms * interval '1 ms')
           else deadline_time end,
         end_time = case when $6 then coalesce(end_time, clock_timestamp()) else end_time end,
         progress = case when $4 = 'COMPLETED' then 1 else progress end,
         error_reason = coalesce($7, error_reason), error_message = coalesce($8, error_message),
         error_transient = coalesce($9, error_transient),
         phase_reason = $12, phase_message = $13, phase_owner_may_run = $14,
         suspended_at = case when $4 = 'SUSPENDED' then now() end
       where id = $1 and phase = $2 and version = $3
       returning ${jobColumns}
     ), ${recordChange('moved', '$10', '$11', '$15')}
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
      move.actorId ?? null,
      activeTraceparent(),
    ],
  )
  const row = moved[0]
  if (row === undefined) throw new StaleJob(`job ${job.id} is no longer ${job.phase} at ${job.version}`)
  return jobOf(row)
}

/** Of the lines of all a job's tasks together, in bytes of UTF-8. */
export const LOG_MAX_BYTES = 4 * 1024 * 1024
const LINE_MAX_CHARACTERS = 2_000

/** Cut where it may have split a character in two, which the database would refuse. */
function lineOf(text: string): string {
  return text.slice(0, LINE_MAX_CHARACTERS).toWellFormed()
}

const logEnd: JobEventBody = {
  kind: 'log',
  payload: { task: -1, text: 'The log ends here: a job may write 4 MiB. What follows is not kept.' },
}

/**
 * Adds events to a job that has not ended, and with a gain in progress the event of that; returns false,
 * adding none, once the job has ended. Lines beyond the job's log limit are dropped, and the first of them
 * becomes a line that says so.
 */
export async function appendEvents(
  database: Database,
  jobId: string,
  events: readonly JobEventBody[],
  progressGain = 0,
): Promise<boolean> {
  const bodies = events.map((event) =>
    event.kind === 'log'
      ? { ...event, payload: { ...event.payload, text: lineOf(event.payload.text) } }
      : event,
  )
  const withProgress = `((select events from kept) || case when $3::double precision > 0
    then jsonb_build_array(jsonb_build_object('kind', 'progress',
      'payload', jsonb_build_object('progress', changed.progress)))
    else '[]'::jsonb end)`
  const found = await rows<{ notices: string }>(
    database,
    `with job as (
       select id, log_bytes from jobs
       where id = $1 and phase in ('QUEUED', 'EXECUTING', 'SUSPENDED') for update
     ), sized as (
       select event.body, event.position, event.body ->> 'kind' = 'log' as is_log, log_bytes,
         log_bytes + sum(octet_length(case event.body ->> 'kind'
           when 'log' then event.body -> 'payload' ->> 'text' else '' end)) over (order by event.position) as reached
       from job, jsonb_array_elements($2::jsonb) with ordinality as event (body, position)
     ), kept as (
       select coalesce(jsonb_agg(body order by position) filter (where not is_log or reached <= $4::bigint), '[]')
           || case when bool_or(is_log and reached > $4::bigint) and max(log_bytes) <= $4::bigint
                then jsonb_build_array($5::jsonb) else '[]' end as events,
         -- null when there is no line: least() would take the limit for it
         case when count(*) > 0 then least(max(reached), $4::bigint + 1) end as log_bytes
       from sized
     ), changed as (
       update jobs set
         version = version + 1, log_bytes = coalesce(kept.log_bytes, jobs.log_bytes),
         last_sequence = last_sequence + jsonb_array_length(kept.events) + case when $3::double precision > 0 then 1 else 0 end,
         progress = least(1, progress + $3::double precision)
       from job, kept
       where jobs.id = job.id and (jsonb_array_length(kept.events) > 0 or $3::double precision > 0)
       returning ${jobColumns}
     ), ${recordChange('changed', withProgress)}
     select (select count(*) from notified) as notices from job`,
    [jobId, JSON.stringify(bodies), progressGain, LOG_MAX_BYTES, JSON.stringify(logEnd)],
  )
  return found.length > 0
}

/**
 * Makes a change of a locked job known that no event tells of; `set` is the SQL of it over $2 and on.
 */
export async function alterJob(
  database: Database,
  jobId: string,
  set: string,
  values: readonly unknown[],
): Promise<JobRecord> {
  const altered = await rows<JobRow>(
    database,
    `with altered as (
       update jobs set version = version + 1${set === '' ? '' : `, ${set}`} where id = $1
       returning ${jobColumns}
     ), notified as (
       select pg_notify('${jobsChannel}', ${noticeOf('altered')}) from altered
     )
     select altered.* from altered, notified`,
    [jobId, ...values],
  )
  const row = altered[0]
  if (row === undefined) throw new Error(`job ${jobId} vanished while it was locked`)
  return jobOf(row)
}

/** Enough to be read in a notification. */
const OUTBOX_MESSAGE_MAX_CHARACTERS = 2_000

/**
 * The tail of every statement that changes a job: the events, numbered on from where the job was, the
 * outbox row of a phase change, and the notification that watchers wake up by.
 */
export function recordChange(changed: string, events: string, outboxEvent?: string, actor = 'null'): string {
  const outbox =
    outboxEvent === undefined
      ? ''
      : `outboxed as (
           insert into outbox (routing_key, payload, traceparent)
           select ${outboxEvent}::text || '.' || organization_id,
             jsonb_build_object('job', id, 'organization', organization_id, 'owner', owner_id,
               'service', service, 'run_id', run_id, 'phase', phase, 'version', version,
               'sequence', last_sequence, 'error_reason', error_reason,
               'error_message', left(error_message, ${OUTBOX_MESSAGE_MAX_CHARACTERS}),
               'phase_reason', phase_reason,
               'phase_message', left(phase_message, ${OUTBOX_MESSAGE_MAX_CHARACTERS}),
               'task_count', task_count, 'tasks_failed', tasks_failed, 'actor', ${actor}::text),
             traceparent
           from ${changed}
         ),`
  return `recorded as (
      insert into job_events (job_id, sequence, time, kind, payload)
      select ${changed}.id, ${changed}.last_sequence - jsonb_array_length(${events}::jsonb) + event.position,
        -- not now(), which is before the wait for the job's lock: times are in the order of the sequences
        clock_timestamp(), event.body ->> 'kind', event.body -> 'payload'
      from ${changed}, jsonb_array_elements(${events}::jsonb) with ordinality as event (body, position)
    ), ${outbox} notified as (
      select pg_notify('${jobsChannel}', ${noticeOf(changed)})
      from ${changed}
    )`
}
