import type { JobRecord } from '../job.ts'
import { type Database, rows } from '../sql.ts'
import { defaultExecutionLimits, type ExecutionLimits } from './organization-limits.ts'

/** Where a QUEUED job stands. */
export interface QueuePosition {
  /** Jobs of the same organisation that are taken before this one; JOBS_AHEAD_MAX stands for as many or more. */
  readonly jobsAhead: number
  /** An estimate; undefined while no worker takes tasks. */
  readonly expectedStart: Date | undefined
}

/** A longer queue is not counted to its end. */
export const JOBS_AHEAD_MAX = 1_000
/** Organisations that are looked at for having work in the queue. */
const ORGANIZATIONS_MAX = 200

interface PositionRow {
  jobs_ahead: number
  queued_ms: string
  executing_jobs: number
  executing_ms: number
  job_limit: number
  task_limit: number
  slots: number
  running: number
  own_running: number
  busy_organizations: number
  now: Date
}

/**
 * Reads no more than JOBS_AHEAD_MAX entries of indices, however long the queue is. The start is expected when
 * what the organisation has before it is done, by the quotes, on its share of the workers: as many as there are, by
 * as many organisations as have something to run. Jobs whose tasks are run elsewhere are a queue of their own. The limits are those of organisations that have none of their own.
 */
export async function queuePosition(
  database: Database,
  job: JobRecord,
  limits: ExecutionLimits = defaultExecutionLimits,
): Promise<QueuePosition> {
  const [row] = await rows<PositionRow>(
    database,
    `with recursive self as (
       select organization_id, queue_time, id, external from jobs where id = $1
     ), ahead as (
       select jobs.quote_duration_ms from jobs, self
       where jobs.organization_id = $2 and jobs.phase = 'QUEUED'
         and (jobs.queue_time, jobs.id) < (self.queue_time, self.id) and jobs.external = self.external
       limit $3
     ), executing as (
       select quote_duration_ms * (task_count - tasks_completed - tasks_failed)::double precision
         / greatest(1, task_count) as left_ms
       from jobs where organization_id = $2 and phase = 'EXECUTING' and external = $7 limit $3
     ), running as (
       select organization_id, count(*)::int as tasks,
         (count(*) filter (where external = $7))::int as like_these
       from job_tasks where state = 'RUNNING' group by organization_id
     ), waiting as (
       (select organization_id as id, 1 as place from job_tasks
        where state = 'WAITING' and queued_at is not null and ready_at is null and external = $7
        order by organization_id limit 1)
       union all
       select (select next.organization_id from job_tasks as next
         where next.state = 'WAITING' and next.queued_at is not null and next.ready_at is null
           and next.external = $7 and next.organization_id > waiting.id
         order by next.organization_id limit 1), place + 1
       from waiting where waiting.id is not null and place < $4
     )
     select
       (select count(*)::int from ahead) as jobs_ahead,
       (select coalesce(sum(quote_duration_ms), 0) from ahead) as queued_ms,
       (select count(*)::int from (
          select from jobs where organization_id = $2 and phase = 'EXECUTING' limit $3
        ) as limited) as executing_jobs,
       (select coalesce(sum(left_ms), 0)::double precision from executing) as executing_ms,
       coalesce(limits.executing_jobs, $5) as job_limit,
       coalesce(limits.running_tasks, $6) as task_limit,
       (select coalesce(sum(case when $7 then container_slots else concurrency end), 0)::int from job_workers
        where state = 'ACTIVE' and lease_expires_at > now()) as slots,
       (select coalesce(sum(like_these), 0)::int from running) as running,
       (select coalesce(sum(tasks), 0)::int from running where organization_id = $2) as own_running,
       (select count(*)::int from (
          select id from waiting where id is not null union select organization_id from running where like_these > 0
        ) as busy) as busy_organizations,
       now() as now
     from self left join organization_job_limits as limits on limits.organization_id = $2`,
    [
      job.id,
      job.organizationId,
      JOBS_AHEAD_MAX,
      ORGANIZATIONS_MAX,
      limits.executingJobs,
      limits.runningTasks,
      job.external,
    ],
  )
  if (row === undefined) return { jobsAhead: 0, expectedStart: undefined }
  const waitMs = expectedWaitMs({
    queuedMs: Number(row.queued_ms),
    executingMs: row.executing_ms,
    jobsAhead: row.jobs_ahead,
    jobRoom: row.job_limit - row.executing_jobs,
    taskLimit: row.task_limit,
    ownRunning: row.own_running,
    slots: row.slots,
    freeSlots: row.slots - row.running,
    busyOrganizations: row.busy_organizations,
  })
  return {
    jobsAhead: row.jobs_ahead,
    expectedStart: waitMs === undefined ? undefined : new Date(row.now.getTime() + waitMs),
  }
}

interface QueueState {
  /** Quotes of the organisation's jobs ahead, and what is left of those of its jobs that run. */
  readonly queuedMs: number
  readonly executingMs: number
  readonly jobsAhead: number
  /** Jobs that may begin beside those that have. */
  readonly jobRoom: number
  /** 0 for none. */
  readonly taskLimit: number
  readonly ownRunning: number
  readonly slots: number
  readonly freeSlots: number
  readonly busyOrganizations: number
}

/** Undefined when nothing runs as things stand. */
export function expectedWaitMs(state: QueueState): number | undefined {
  const { taskLimit, jobsAhead, jobRoom, freeSlots } = state
  if (state.slots === 0) return undefined
  const underLimit = taskLimit === 0 || state.ownRunning < taskLimit
  if (jobsAhead === 0 && jobRoom > 0 && freeSlots > 0 && underLimit) return 0
  const share = Math.max(1, state.slots / Math.max(1, state.busyOrganizations))
  const places = taskLimit === 0 ? share : Math.min(share, taskLimit)
  return Math.round((state.queuedMs + state.executingMs) / places)
}
