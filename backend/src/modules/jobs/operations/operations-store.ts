import { type Database, rows } from '../sql.ts'

export interface RunningTaskRecord {
  readonly jobId: string
  readonly organizationId: string
  readonly ownerId: string
  readonly service: string
  readonly index: number
  /** Of the job. */
  readonly taskCount: number
  readonly attempt: number
  readonly worker: string
  /** Of the attempt. */
  readonly startTime: Date
  readonly leaseExpireTime: Date
  /** [0, 1] */
  readonly progress: number
}

/** Where a page ended: the attempt's start as PostgreSQL writes it, with its microseconds. */
export interface RunningTaskCursor {
  readonly startTime: string
  readonly jobId: string
  readonly index: number
}

/** What runs now, the longest running first. As many rows are read as workers have slots. */
export async function listRunningTasks(
  database: Database,
  filter: { readonly organizationId: string | undefined; readonly worker: string | undefined },
  after: RunningTaskCursor | undefined,
  limit: number,
): Promise<{ task: RunningTaskRecord; cursor: RunningTaskCursor }[]> {
  const found = await rows<{
    job_id: string
    organization_id: string
    owner_id: string
    service: string
    index: number
    task_count: number
    attempt: number
    lease_owner: string
    began: Date
    began_text: string
    lease_expires_at: Date
    progress: number
  }>(
    database,
    `with running as (
       select job_id, index, organization_id, attempt, lease_owner, lease_expires_at, progress,
         coalesce(attempt_start_time, start_time, lease_expires_at) as began
       from job_tasks
       where state = 'RUNNING' and ($1::uuid is null or organization_id = $1)
         and ($2::text is null or lease_owner = $2)
     )
     select running.*, began::text as began_text, owner_id, service, task_count
     from running join jobs on jobs.id = job_id
     where (began, job_id, index) > ($3::timestamptz, $4::uuid, $5::int)
     order by began, job_id, index limit $6`,
    [
      filter.organizationId ?? null,
      filter.worker ?? null,
      after?.startTime ?? '-infinity',
      after?.jobId ?? '00000000-0000-0000-0000-000000000000',
      after?.index ?? -1,
      limit,
    ],
  )
  return found.map((row) => ({
    task: {
      jobId: row.job_id,
      organizationId: row.organization_id,
      ownerId: row.owner_id,
      service: row.service,
      index: row.index,
      taskCount: row.task_count,
      attempt: row.attempt,
      worker: row.lease_owner,
      startTime: row.began,
      leaseExpireTime: row.lease_expires_at,
      progress: row.progress,
    },
    cursor: { startTime: row.began_text, jobId: row.job_id, index: row.index },
  }))
}

/** What an organisation has queued and running. */
export interface LoadRecord {
  readonly queuedJobs: number
  readonly executingJobs: number
  /** HELD and SUSPENDED. */
  readonly heldJobs: number
  readonly waitingTasks: number
  readonly runningTasks: number
}

export interface OwnLimits {
  /** Undefined for the installation's default. */
  readonly unfinishedJobs: number | undefined
  readonly executingJobs: number | undefined
  readonly runningTasks: number | undefined
}

export const noLoad: LoadRecord = {
  queuedJobs: 0,
  executingJobs: 0,
  heldJobs: 0,
  waitingTasks: 0,
  runningTasks: 0,
}

/**
 * By organisation; absent ones have none. Waiting tasks are told from what jobs count of their tasks, so that
 * this reads the jobs that have not ended and never the queue.
 */
export async function readLoads(
  database: Database,
  organizationIds: readonly string[],
): Promise<Map<string, LoadRecord>> {
  const found = await rows<{
    organization_id: string
    queued: number
    executing: number
    held: number
    open_tasks: number
    running: number
  }>(
    database,
    `select organization_id, queued, executing, held, open_tasks, coalesce(running, 0) as running
     from (
       select organization_id,
         count(*) filter (where phase = 'QUEUED')::int as queued,
         count(*) filter (where phase = 'EXECUTING')::int as executing,
         count(*) filter (where phase in ('HELD', 'SUSPENDED'))::int as held,
         coalesce(sum(task_count - tasks_completed - tasks_failed)
           filter (where phase in ('QUEUED', 'EXECUTING')), 0)::int as open_tasks
       from jobs
       where organization_id = any($1::uuid[]) and phase in ('QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED')
       group by organization_id
     ) as jobs_of left join (
       select organization_id, count(*)::int as running from job_tasks
       where state = 'RUNNING' and organization_id = any($1::uuid[])
       group by organization_id
     ) as tasks_of using (organization_id)`,
    [organizationIds],
  )
  return new Map(
    found.map((row) => [
      row.organization_id,
      {
        queuedJobs: row.queued,
        executingJobs: row.executing,
        heldJobs: row.held,
        waitingTasks: Math.max(0, row.open_tasks - row.running),
        runningTasks: row.running,
      },
    ]),
  )
}

/** By organisation; absent ones have none of their own. */
export async function readOwnLimits(
  database: Database,
  organizationIds: readonly string[],
): Promise<Map<string, OwnLimits>> {
  const found = await rows<{
    organization_id: string
    unfinished_jobs: number | null
    executing_jobs: number | null
    running_tasks: number | null
  }>(
    database,
    `select organization_id, unfinished_jobs, executing_jobs, running_tasks
     from organization_job_limits where organization_id = any($1::uuid[])`,
    [organizationIds],
  )
  return new Map(
    found.map((row) => [
      row.organization_id,
      {
        unfinishedJobs: row.unfinished_jobs ?? undefined,
        executingJobs: row.executing_jobs ?? undefined,
        runningTasks: row.running_tasks ?? undefined,
      },
    ]),
  )
}

/** Gives an organisation limits of its own; with none of them it has the installation's again. */
export async function writeOwnLimits(
  database: Database,
  organizationId: string,
  limits: OwnLimits,
): Promise<void> {
  const values = [limits.unfinishedJobs, limits.executingJobs, limits.runningTasks]
  if (values.every((value) => value === undefined)) {
    await rows(database, `delete from organization_job_limits where organization_id = $1`, [organizationId])
    return
  }
  await rows(
    database,
    `insert into organization_job_limits (organization_id, unfinished_jobs, executing_jobs, running_tasks)
     values ($1, $2, $3, $4)
     on conflict (organization_id) do update set unfinished_jobs = excluded.unfinished_jobs,
       executing_jobs = excluded.executing_jobs, running_tasks = excluded.running_tasks`,
    [organizationId, ...values.map((value) => value ?? null)],
  )
}
