import { activeTraceparent } from '../../tracing/index.ts'
import { type Charge, isPriced } from '../credits/index.ts'
import { chargeValues } from './charging/charge-store.ts'
import type {
  JobEventBody,
  JobEventRecord,
  JobQuote,
  JobRecord,
  Parameter,
  ResultRecord,
  TaskOutput,
  TaskRecord,
} from './job.ts'
import { recordChange } from './job-changes.ts'
import {
  type EventRow,
  eventOf,
  type JobRow,
  jobColumns,
  jobOf,
  type ResultRow,
  resultColumns,
  resultOf,
  type TaskRow,
  taskColumns,
  taskOf,
} from './job-rows.ts'
import { type Phase, phases } from './phase-transitions.ts'
import { type JsonShare, type ShareRecord, sharesOf, sharesOfJson } from './sharing/share-rows.ts'
import { type Database, rows } from './sql.ts'

export interface NewTask {
  readonly displayName: string
  readonly payload: unknown
  /** Indexes of tasks that have to complete before. Default: none. */
  readonly needs?: readonly number[] | undefined
  /** Whether its files are results of the job. Default: they are. */
  readonly publish?: boolean | undefined
  /** What it left in the job that this one is a retry of: it is not run again. */
  readonly kept?: readonly TaskOutput[] | undefined
}

export interface NewJob extends NewTasks {
  readonly id: string
  readonly organizationId: string
  readonly ownerId: string
  readonly service: string
  readonly runId: string
  readonly parameters: readonly Parameter[]
  readonly requestId: string | undefined
  readonly requestHash: Buffer
  readonly phase: 'PENDING' | 'QUEUED'
  /** A job that is PENDING for a moment, to be moved on in the same transaction, counts as unfinished. Default: no. */
  readonly waits?: boolean
  /** The job whose failed tasks it runs again. */
  readonly retryOf?: string | undefined
  /** Of its history, once it is made. */
  readonly lines?: readonly string[]
  /** What it holds. Default: it is free. */
  readonly charge?: Charge | undefined
  /** Not to be made when its service has a price in credits. Default: it is made. */
  readonly unlessPriced?: boolean
  /** Undefined means `lifetimeMs` from now, by the database's clock. */
  readonly destructionTime: Date | undefined
  readonly lifetimeMs: number
  readonly executionDurationMs: number
  readonly memoryLimitBytes: number
  readonly outputLimitBytes: number
  /** The organisation's jobs that are PENDING must be fewer than this for another one. */
  readonly pendingLimit: number
  /** Its jobs that are queued or running must be fewer than this, unless it has a limit of its own. */
  readonly unfinishedLimit: number
}

/** What a job is made of. */
export interface NewTasks {
  readonly quote: JobQuote
  readonly tasks: readonly NewTask[]
  readonly maxAttempts: number
  /** Whether the service collects what the tasks leave, as one more task after them. Default: it does not. */
  readonly collects?: boolean
  /** Whether a task that fails ends the job. Default: others may make up for it. */
  readonly needsAllTasks?: boolean
  /** Whether its tasks are run elsewhere. Default: in a process of a worker. */
  readonly external?: boolean
}

/** The rows of a plan: its tasks, and the one that collects; none of a job that is not planned yet. */
function taskBodies({ tasks, collects }: NewTasks): readonly object[] {
  const bodies = tasks.map((task) => taskBody(task, tasks))
  if (collects !== true || tasks.length === 0) return bodies
  return [...bodies, { displayName: 'Collect', payload: null, collect: true, state: 'BLOCKED' }]
}

/** As insertTasks() reads it; most tasks have nothing but a name and a payload. */
function taskBody({ displayName, payload, needs = [], publish, kept }: NewTask, tasks: readonly NewTask[]) {
  const blocked = needs.some((index) => tasks[index]?.kept === undefined)
  return {
    displayName,
    payload,
    ...(needs.length > 0 ? { needs } : {}),
    ...(publish === false ? { hidden: true } : {}),
    ...(kept !== undefined ? { kept, state: 'COMPLETED' } : blocked ? { state: 'BLOCKED' } : {}),
  }
}

/** Writes the tasks of a job, as SQL over a row that has jobColumns, a JSON array of tasks and their attempts. */
function insertTasks(job: string, tasks: string, maxAttempts: string): string {
  return `insert into job_tasks (job_id, organization_id, external, index, display_name, payload, max_attempts,
      collect, state, queued_at, needs, publish, kept, outputs, progress)
    select ${job}.id, ${job}.organization_id, ${job}.external, task.position - 1, task.body ->> 'displayName',
      task.body -> 'payload', ${maxAttempts}::int, task.body ? 'collect',
      coalesce(task.body ->> 'state', 'WAITING'),
      case when not task.body ? 'state' then ${job}.queue_time end,
      case when task.body ? 'needs'
        then array(select need::int from jsonb_array_elements_text(task.body -> 'needs') as need)
        else '{}' end,
      not task.body ? 'hidden', task.body ? 'kept', task.body -> 'kept',
      case when task.body ? 'kept' then 1 else 0 end
    from ${job}, jsonb_array_elements(${tasks}::jsonb) with ordinality as task (body, position)`
}

/**
 * Writes a job with its tasks, first events and outbox row. One statement is one round
 * trip and one commit, on the way that every submit waits for. Undefined when the owner's request_id has
 * made a job before, the organisation has as many jobs as it may, or the service has a price and must not.
 */
export async function insertJob(database: Database, job: NewJob): Promise<JobRecord | undefined> {
  const bodies = taskBodies(job)
  const kept = job.tasks.filter((task) => task.kept !== undefined).length
  const progress = kept === 0 ? 0 : kept / bodies.length
  const events = firstEvents(job, progress)
  const inserted = await rows<JobRow>(
    database,
    `with inserted as (
       insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_id,
         request_hash, phase, last_sequence, queue_time, destruction_time, execution_duration_ms,
         memory_limit_bytes, output_limit_bytes, quote_size_bytes, quote_duration_ms, task_count, traceparent,
         charge_state, charge_class_id, charge_at_most, charge_terms,
         quote_used_seconds, quote_used_most, needs_all_tasks, external, retry_of, tasks_completed, progress)
       select $1::uuid, $2::uuid, $3::uuid, $4, $5, $6::jsonb, $7::uuid, $8::bytea, $9, $10::bigint,
         case when $9 = 'QUEUED' then now() end,
         coalesce($11::timestamptz, now() + $12::double precision * interval '1 ms'), $13::bigint,
         $14::bigint, $15::bigint, $16::bigint, $17::bigint, $18::int, $25,
         $28, $29::uuid, $30::bigint, $31::jsonb,
         $32::bigint, $33::bigint, $34::boolean, $35::boolean, $36::uuid, $37::int, $38::double precision
       where not ($27::boolean and ${isPriced('$4')})
         and case when $9 = 'PENDING' and not $26::boolean then (${countJobs('$2', ['PENDING'])}) < $24::int
         else (${countJobs('$2', unfinished)}) < ${ownLimit('$2', '$23')} end
       on conflict (organization_id, owner_id, request_id) do nothing
       returning ${jobColumns}
     ), planned as (
       ${insertTasks('inserted', '$20', '$19')}
     ), ${recordChange('inserted', '$21', '$22')}
     select inserted.* from inserted, notified`,
    [
      job.id,
      job.organizationId,
      job.ownerId,
      job.service,
      job.runId,
      JSON.stringify(job.parameters),
      job.requestId ?? null,
      job.requestHash,
      job.phase,
      events.length,
      job.destructionTime ?? null,
      job.lifetimeMs,
      job.executionDurationMs,
      job.memoryLimitBytes,
      job.outputLimitBytes,
      job.quote.sizeBytes,
      job.quote.durationMs,
      bodies.length,
      job.maxAttempts,
      JSON.stringify(bodies),
      JSON.stringify(events),
      'jobs.created',
      job.unfinishedLimit,
      job.pendingLimit,
      activeTraceparent(),
      job.waits ?? false,
      job.unlessPriced ?? false,
      ...chargeValues('HELD', job.charge),
      ...usedValues(job.quote),
      job.needsAllTasks ?? false,
      job.external ?? false,
      job.retryOf ?? null,
      kept,
      progress,
    ],
  )
  return inserted[0] === undefined ? undefined : jobOf(inserted[0])
}

function firstEvents({ phase, lines = [] }: NewJob, progress: number): JobEventBody[] {
  return [
    { kind: 'phase', payload: { phase: 'PENDING' } },
    ...lines.map((text): JobEventBody => ({ kind: 'log', payload: { task: -1, text } })),
    ...(progress > 0 ? [{ kind: 'progress', payload: { progress } } as const] : []),
    ...(phase === 'PENDING' ? [] : [{ kind: 'phase', payload: { phase } } as const]),
  ]
}

/** Values of the columns quote_used_seconds and quote_used_most. */
function usedValues({ usedSeconds }: JobQuote): unknown[] {
  return [usedSeconds?.expected ?? null, usedSeconds?.atMost ?? null]
}

/** The job that a request_id made, with the hash of what was asked for then. */
export async function findRequest(
  database: Database,
  organizationId: string,
  ownerId: string,
  requestId: string,
): Promise<{ job: JobRecord; requestHash: Buffer } | undefined> {
  const found = await rows<JobRow & { request_hash: Buffer }>(
    database,
    `select ${jobColumns}, request_hash from jobs
     where organization_id = $1 and owner_id = $2 and request_id = $3`,
    [organizationId, ownerId, requestId],
  )
  return found[0] === undefined ? undefined : { job: jobOf(found[0]), requestHash: found[0].request_hash }
}

/** Phases that count against an organisation's limit of jobs that have not ended. */
const unfinished: readonly Phase[] = ['QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED']

/** Counts the jobs of an organisation in some phases. */
function countJobs(organizationId: string, phases: readonly Phase[]): string {
  return `select count(*) from jobs as others
    where others.organization_id = ${organizationId}::uuid
      and others.phase in (${phases.map((phase) => `'${phase}'`).join(', ')})`
}

/** The limit of unfinished jobs: an organisation's own, or else the given one. */
function ownLimit(organizationId: string, limit: string): string {
  return `coalesce((select unfinished_jobs from organization_job_limits
    where organization_id = ${organizationId}::uuid), ${limit}::int)`
}

/** An organisation's jobs that have not ended, and how many it may have; `limit` unless it has its own. */
export async function unfinishedJobs(
  database: Database,
  organizationId: string,
  limit: number,
): Promise<{ count: number; limit: number }> {
  const found = await rows<{ count: string; own_limit: number }>(
    database,
    `select (${countJobs('$1', unfinished)}) as count, ${ownLimit('$1', '$2')} as own_limit`,
    [organizationId, limit],
  )
  return { count: Number(found[0]?.count ?? 0), limit: found[0]?.own_limit ?? limit }
}

/** Puts other tasks in the place of those of a locked job that has not begun. */
export async function replaceTasks(database: Database, jobId: string, plan: NewTasks): Promise<JobRecord> {
  await rows(database, `delete from job_tasks where job_id = $1`, [jobId])
  const { quote, maxAttempts } = plan
  const bodies = taskBodies(plan)
  const replaced = await rows<JobRow>(
    database,
    `with changed as (
       update jobs set task_count = $2, quote_size_bytes = $3, quote_duration_ms = $4,
         quote_used_seconds = $7::bigint, quote_used_most = $8::bigint, version = version + 1
       where id = $1
       returning ${jobColumns}
     ), planned as (
       ${insertTasks('changed', '$5', '$6')}
     )
     select * from changed`,
    [
      jobId,
      bodies.length,
      quote.sizeBytes,
      quote.durationMs,
      JSON.stringify(bodies),
      maxAttempts,
      ...usedValues(quote),
    ],
  )
  if (replaced[0] === undefined) throw new Error(`job ${jobId} vanished while it was locked`)
  return jobOf(replaced[0])
}

/** A job of the organisation that has not been deleted; locked against change when asked. */
export async function findJob(
  database: Database,
  organizationId: string,
  jobId: string,
  lock: 'lock' | 'read' = 'read',
): Promise<JobRecord | undefined> {
  const found = await rows<JobRow>(
    database,
    `select ${jobColumns} from jobs where id = $1 and organization_id = $2 and delete_time is null
     ${lock === 'lock' ? 'for update' : ''}`,
    [jobId, organizationId],
  )
  return found[0] === undefined ? undefined : jobOf(found[0])
}

/** A job by its id alone, for work that was queued for it; undefined unless `condition`, SQL, holds under the lock. */
export async function lockJob(
  database: Database,
  jobId: string,
  condition = 'true',
): Promise<JobRecord | undefined> {
  const found = await rows<JobRow>(
    database,
    `select ${jobColumns} from jobs where id = $1 and delete_time is null and (${condition}) for update`,
    [jobId],
  )
  return found[0] === undefined ? undefined : jobOf(found[0])
}

/** Those of the jobs that have not been deleted, as they stand. */
export async function findJobs(
  database: Database,
  organizationId: string,
  jobIds: readonly string[],
): Promise<JobRecord[]> {
  const found = await rows<JobRow>(
    database,
    `select ${jobColumns} from jobs
     where id = any($1::uuid[]) and organization_id = $2 and delete_time is null`,
    [jobIds, organizationId],
  )
  return found.map(jobOf)
}

export async function existingJobs(database: Database, jobIds: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    database,
    `select id from jobs where id = any($1::uuid[]) and delete_time is null`,
    [jobIds],
  )
  return new Set(found.map(({ id }) => id))
}

export interface JobFilter {
  readonly organizationId: string
  readonly phases: readonly Phase[]
  readonly service: string | undefined
  readonly ownerId: string | undefined
  readonly createdAfter: Date | undefined
  readonly createdBefore: Date | undefined
}

/** Where a page ended: create_time as PostgreSQL writes it, with its microseconds, and id. */
export interface JobCursor {
  readonly createTime: string
  readonly id: string
}

/** Of the jobs that a list shows unless it is asked for other phases. */
const unarchived = phases.filter((phase) => phase !== 'ARCHIVED')

/**
 * One page by keyset. Each phase's jobs are read in order by themselves and merged, so that an index holds
 * exactly the rows of every combination of filters: what matches rarely is found as fast as what always does.
 */
export async function listJobs(
  database: Database,
  filter: JobFilter,
  order: 'asc' | 'desc',
  after: JobCursor | undefined,
  limit: number,
): Promise<{ job: JobRecord; cursor: JobCursor }[]> {
  const values: unknown[] = [filter.organizationId, limit]
  const place = (value: unknown) => `$${values.push(value)}`
  const conditions = ['organization_id = $1', 'delete_time is null']
  if (filter.service !== undefined) conditions.push(`service = ${place(filter.service)}`)
  if (filter.ownerId !== undefined) conditions.push(`owner_id = ${place(filter.ownerId)}::uuid`)
  if (filter.createdAfter !== undefined) conditions.push(`create_time >= ${place(filter.createdAfter)}`)
  if (filter.createdBefore !== undefined) conditions.push(`create_time < ${place(filter.createdBefore)}`)
  if (after !== undefined) {
    const beyond = order === 'asc' ? '>' : '<'
    conditions.push(
      `(create_time, id) ${beyond} (${place(after.createTime)}::timestamptz, ${place(after.id)}::uuid)`,
    )
  }
  const listed = filter.phases.length > 0 ? [...new Set(filter.phases)] : unarchived
  const ordered = `order by create_time ${order}, id ${order} limit $2`
  const found = await rows<JobRow & { cursor_time: string }>(
    database,
    `select of_phase.* from unnest(${place(listed)}::text[]) as listed (phase) cross join lateral (
       select ${jobColumns}, create_time::text as cursor_time from jobs
       where ${conditions.join(' and ')} and jobs.phase = listed.phase ${ordered}
     ) as of_phase ${ordered}`,
    values,
  )
  return found.map((row) => ({ job: jobOf(row), cursor: { createTime: row.cursor_time, id: row.id } }))
}

export async function listTasks(
  database: Database,
  jobId: string,
  afterIndex: number,
  limit: number,
): Promise<TaskRecord[]> {
  const found = await rows<TaskRow>(
    database,
    `select ${taskColumns} from job_tasks where job_id = $1 and index > $2 order by index limit $3`,
    [jobId, afterIndex, limit],
  )
  return found.map(taskOf)
}

export async function listResults(database: Database, jobId: string): Promise<ResultRecord[]> {
  const found = await rows<ResultRow>(
    database,
    `select ${resultColumns} from job_results where job_id = $1 order by position`,
    [jobId],
  )
  return found.map(resultOf)
}

/** Jobs of any organisations with their shares, and the results of those that are COMPLETED, by "organisation job". */
export async function readJobs(
  database: Database,
  references: readonly string[],
): Promise<Map<string, { job: JobRecord; results: ResultRecord[]; shares: ShareRecord[] }>> {
  const pairs = references.map((reference) => reference.split(' '))
  const found = await rows<JobRow & { shares: JsonShare[] | null }>(
    database,
    `select ${jobColumns}, ${sharesOf('jobs.id')} as shares from jobs
     where (organization_id, id) in (select * from unnest($1::uuid[], $2::uuid[])) and delete_time is null`,
    [pairs.map(([organization]) => organization), pairs.map(([, job]) => job)],
  )
  const jobs = new Map(
    found.map((row) => [
      row.id,
      { job: jobOf(row), results: [] as ResultRecord[], shares: sharesOfJson(row.shares) },
    ]),
  )
  const completed = found.filter(({ phase }) => phase === 'COMPLETED').map(({ id }) => id)
  if (completed.length > 0) {
    const results = await rows<ResultRow & { job_id: string }>(
      database,
      `select job_id, ${resultColumns} from job_results where job_id = any($1::uuid[])
       order by job_id, position`,
      [completed],
    )
    for (const row of results) jobs.get(row.job_id)?.results.push(resultOf(row))
  }
  return new Map([...jobs.values()].map((read) => [`${read.job.organizationId} ${read.job.id}`, read]))
}

export async function findResult(
  database: Database,
  jobId: string,
  name: string,
): Promise<ResultRecord | undefined> {
  const found = await rows<ResultRow>(
    database,
    `select ${resultColumns} from job_results where job_id = $1 and name = $2`,
    [jobId, name],
  )
  return found[0] === undefined ? undefined : resultOf(found[0])
}

export async function listEvents(
  database: Database,
  jobId: string,
  afterSequence: bigint,
  limit: number,
): Promise<JobEventRecord[]> {
  const found = await rows<EventRow>(
    database,
    `select sequence, time, kind, payload from job_events
     where job_id = $1 and sequence > $2 order by sequence limit $3`,
    [jobId, afterSequence, limit],
  )
  return found.map(eventOf)
}
