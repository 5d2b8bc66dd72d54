import type pg from 'pg'
import { escapeLiteral } from 'pg'
import type { DataSource } from 'typeorm'
import { recordChange } from '../job-changes.ts'
import { jobColumns } from '../job-rows.ts'
import { mayMove } from '../phase-transitions.ts'
import type { Attempt } from '../task-store.ts'
import { defaultExecutionLimits, type ExecutionLimits } from './organization-limits.ts'

export interface ClaimedTask extends Attempt {
  readonly organizationId: string
  readonly service: string
  /** The user who submitted the job. */
  readonly ownerId: string
  /** From 1; the next one only after an attempt that counted as a failure. */
  readonly run: number
  /** Whether it is run elsewhere than in a process of the worker. */
  readonly external: boolean
  /** Whether it is the one that makes the job's results of what the others left. */
  readonly collect: boolean
  /** Whether it waited for other tasks of its job. */
  readonly follows: boolean
  readonly payload: unknown
  readonly taskCount: number
  readonly memoryLimitBytes: number
  readonly outputLimitBytes: number
  /** What is left of the job's execution duration, by the database's clock. */
  readonly remainingMs: number
  /** Of the job's last event at the claim: what is told of the job up to there was known to it. */
  readonly jobSequence: bigint
  /** Since its job was queued, by the database's clock. */
  readonly waitedMs: number
  /** Of the call that queued the job; undefined when it was not traced. */
  readonly traceparent: string | undefined
}

export interface ClaimRequest {
  readonly worker: string
  readonly leaseMs: number
  /** Tasks that can begin at once. */
  readonly slots: number
  /** Further ones that may be taken to begin shortly, of `shortServices` alone. Default 0. */
  readonly ahead?: number
  /** Services whose tasks are known to take no time to speak of. */
  readonly shortServices?: readonly string[]
  /** Tasks that are run elsewhere, which have a queue of their own, in place of others. Default: others. */
  readonly external?: boolean
  /** Services that the worker can run. Default: all. */
  readonly services?: readonly string[]
  /** Of organisations that have none of their own. */
  readonly limits?: ExecutionLimits
}

/** Any number, the same in every release. */
const CLAIM_LOCK = 4_771_064

/** Keeps claims from being made until the transaction ends; to be had before any row is locked. */
export const claimLock = `select pg_advisory_xact_lock(${CLAIM_LOCK})`

/** Planned for the indices that the queue has, whatever statistics say of tables that were empty a moment ago. */
const begin = `begin; select ${Object.entries({
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  lock_timeout: '10s',
})
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ')}; ${claimLock}`

const waits = `state = 'WAITING' and queued_at is not null and ready_at is null`

const claim = `with recursive waiting_organization as (
    -- a loose index scan: one descent for each organisation, however much it has waiting
    (select organization_id as id from job_tasks
     where ${waits} and external = $11::boolean
       and not exists (select from job_workers where id = $1 and state <> 'ACTIVE')
     order by organization_id limit 1)
    union all
    select (select next.organization_id from job_tasks as next
      where ${waits} and next.external = $11::boolean and next.organization_id > previous.id order by next.organization_id limit 1)
    from waiting_organization as previous where previous.id is not null
  ), running as (
    select organization_id as id, count(*)::int as tasks,
      (count(*) filter (where external = $11::boolean))::int as like_these
    from job_tasks where state = 'RUNNING' group by organization_id
  ), organization as (
    select waiting.id, coalesce(running.like_these, 0) as running, coalesce(turns.turn, 0) as turn,
      coalesce(limits.executing_jobs, $6::int) - (
        select count(*) from (
          select from jobs where jobs.organization_id = waiting.id and jobs.phase = 'EXECUTING'
          limit coalesce(limits.executing_jobs, $6::int)
        ) as executing
      ) as job_room,
      case coalesce(limits.running_tasks, $7::int) when 0 then $3::int + $4::int
        else least($3::int + $4::int, coalesce(limits.running_tasks, $7::int) - coalesce(running.tasks, 0))
      end as task_room
    from waiting_organization as waiting
      left join running on running.id = waiting.id
      left join organization_job_limits as limits on limits.organization_id = waiting.id
      left join job_queue_turns as turns on turns.organization_id = waiting.id
    where waiting.id is not null
  ), candidate as (
    select organization.id as organization_id, running, turn, job_room, task.*
    from organization cross join lateral (
      (select job_tasks.job_id, job_tasks.index, job_tasks.queued_at, jobs.phase, jobs.service,
         job_tasks.losses + job_tasks.failures as troubles
       -- offset 0: from the queue to its jobs, also when statistics say that there are next to no jobs
       from job_tasks cross join lateral (
         select jobs.phase, jobs.service from jobs
         where jobs.id = job_tasks.job_id and jobs.phase in ('QUEUED', 'EXECUTING', 'SUSPENDED')
           and ($10::text[] is null or jobs.service = any($10::text[]))
         offset 0
       ) as jobs
       where job_tasks.external = $11::boolean and job_tasks.organization_id = organization.id and ${waits}
         and organization.job_room > 0
       order by job_tasks.queued_at, job_tasks.job_id, job_tasks.index limit greatest(0, organization.task_room))
      union all
      -- No further job may begin. The head of the queue may hold nothing else, so look where jobs have begun.
      (select head.*
       from jobs cross join lateral (
         select job_tasks.job_id, job_tasks.index, job_tasks.queued_at, jobs.phase, jobs.service,
           job_tasks.losses + job_tasks.failures as troubles
         from job_tasks
         where job_tasks.external = $11::boolean and job_tasks.organization_id = jobs.organization_id
           and job_tasks.queued_at = jobs.queue_time and job_tasks.job_id = jobs.id and ${waits}
         order by job_tasks.index limit greatest(0, organization.task_room)
       ) as head
       where jobs.organization_id = organization.id and jobs.phase in ('EXECUTING', 'SUSPENDED')
         and jobs.external = $11::boolean and organization.job_room <= 0 and ($10::text[] is null or jobs.service = any($10::text[]))
       order by jobs.queue_time, jobs.id limit greatest(0, organization.task_room))
    ) as task
    where organization.task_room > 0
  ), ranked as (
    select *, dense_rank() over (partition by organization_id, phase = 'QUEUED' order by queued_at, job_id)
      as job_rank
    from candidate
  ), leveled as (
    -- how many would run of the organisation with this one
    select *, running + row_number() over (partition by organization_id order by queued_at, job_id, index)
      as level
    from ranked where phase <> 'QUEUED' or job_rank <= job_room
  ), placed as (
    select *, row_number() over (order by level, turn, queued_at, job_id, index) as place from leveled
  ), chosen as (
    select * from placed
    where place <= $3::int
      or (place <= $3::int + $4::int and service = any($5::text[]) and troubles = 0)
  ), begun_job as (
    -- row by row, so that no plan walks over all that waits
    select job.id, job.phase
    from (select distinct job_id from chosen where phase <> 'EXECUTING' order by job_id) as beginning
      cross join lateral (
        select jobs.id, jobs.phase from jobs where jobs.id = beginning.job_id for update skip locked
      ) as job
  ), free_task as (
    select task.job_id, task.index
    from chosen cross join lateral (
      select job_tasks.job_id, job_tasks.index from job_tasks
      where job_tasks.external = $11::boolean and job_tasks.organization_id = chosen.organization_id
        and job_tasks.queued_at = chosen.queued_at
        and job_tasks.job_id = chosen.job_id and job_tasks.index = chosen.index and ${waits}
      for update skip locked
    ) as task
    where chosen.phase = 'EXECUTING'
      or chosen.job_id in (select id from begun_job where phase in ('QUEUED', 'SUSPENDED'))
  ), claimed as (
    update job_tasks set
      state = 'RUNNING', attempt = job_tasks.attempt + 1, lease_owner = $1,
      lease_expires_at = clock_timestamp() + $2::double precision * interval '1 ms',
      start_time = coalesce(job_tasks.start_time, clock_timestamp()), attempt_start_time = clock_timestamp(),
      error_reason = null, error_message = null, error_transient = null
    from free_task
    where job_tasks.job_id = free_task.job_id and job_tasks.index = free_task.index
    returning job_tasks.organization_id, job_tasks.job_id, job_tasks.index, job_tasks.attempt,
      job_tasks.collect, job_tasks.payload, job_tasks.failures,
      job_tasks.collect or job_tasks.needs <> '{}' as follows
  ), turned as (
    insert into job_queue_turns (organization_id, turn)
    select organization_id, nextval('job_queue_turn') from (
      select claimed.organization_id, max(place) as place
      from claimed join chosen on chosen.job_id = claimed.job_id and chosen.index = claimed.index
      group by claimed.organization_id order by place
    ) as served
    on conflict (organization_id) do update set turn = excluded.turn
  ), moved as (
    update jobs set
      phase = 'EXECUTING', version = version + 1, last_sequence = last_sequence + 1,
      start_time = coalesce(start_time, now()),
      deadline_time = case phase
        when 'SUSPENDED' then deadline_time + (now() - suspended_at)
        else now() + execution_duration_ms * interval '1 ms' end,
      phase_reason = null, phase_message = null, phase_owner_may_run = false, suspended_at = null
    from (select distinct job_id from claimed where job_id in (select id from begun_job)) as beginning
    where jobs.id = beginning.job_id
    returning ${jobColumns}, jobs.deadline_time
  ), ${recordChange('moved', '$8', '$9')}
  select claimed.organization_id, claimed.job_id, claimed.index, claimed.attempt, claimed.collect,
    claimed.payload, claimed.failures, claimed.follows, jobs.owner_id, jobs.service, jobs.task_count, jobs.memory_limit_bytes, jobs.output_limit_bytes,
    coalesce(moved.last_sequence, jobs.last_sequence) as sequence,
    extract(epoch from coalesce(moved.deadline_time, jobs.deadline_time) - now())::double precision * 1000
      as remaining_ms,
    extract(epoch from clock_timestamp() - chosen.queued_at)::double precision * 1000 as waited_ms,
    jobs.traceparent,
    -- read, or else the planner leaves the notification out
    (select count(*) from notified) as notices
  from claimed
    join jobs on jobs.id = claimed.job_id
    join chosen on chosen.job_id = claimed.job_id and chosen.index = claimed.index
    left join moved on moved.id = claimed.job_id
  order by chosen.place`

interface ClaimRow {
  organization_id: string
  job_id: string
  index: number
  attempt: number
  collect: boolean
  payload: unknown
  failures: number
  follows: boolean
  owner_id: string
  service: string
  task_count: number
  memory_limit_bytes: string
  output_limit_bytes: string
  sequence: string
  remaining_ms: number
  waited_ms: number
  traceparent: string | null
}

/**
 * Takes waiting tasks for a worker, as many as it has room for, and makes the jobs that begin with them EXECUTING:
 * one statement, between the queue and what watchers see.
 *
 * Fair sharing. Every place goes to the organisation with the fewest tasks running of those that take such places, counting those that got a
 * place before (max-min fairness); among equals, to the one whose last turn is longest ago, so that with a single
 * place organisations take turns. Within an organisation the job that was queued first comes first, and its
 * tasks in the plan's order.
 *
 * Isolation. Claims are made one at a time, under an advisory lock that is had before the statement's snapshot
 * is taken: what the statement counts is what has been claimed, and limits hold exactly. Counts are of rows,
 * never kept beside them: they cannot drift.
 *
 * A worker that operators have paused or drained gets nothing from the commit of that on.
 *
 * Locks. Whoever locks a job's row and then its tasks' may wait for a claim; a claim waits for nobody but another
 * claim, since it skips rows that are locked, so that there is no circle. A job that is to begin is locked before its
 * tasks: whoever holds or ends it meanwhile is seen, or sees the claim. The row of a job that has begun is not
 * locked, since its many tasks' ends are queueing for it: whoever ends or suspends such a job changes the rows of
 * its tasks too, and of a task's row there is one latest version. What was skipped is found by the next claim.
 */
export async function claimTasks(dataSource: DataSource, request: ClaimRequest): Promise<ClaimedTask[]> {
  if (!mayMove('QUEUED', 'EXECUTING') || !mayMove('SUSPENDED', 'EXECUTING')) {
    throw new Error('the transition table has lost a way to EXECUTING')
  }
  const limits = request.limits ?? defaultExecutionLimits
  const found = await inClaim(dataSource, [
    request.worker,
    request.leaseMs,
    request.slots,
    request.ahead ?? 0,
    request.shortServices ?? [],
    limits.executingJobs,
    limits.runningTasks,
    JSON.stringify([{ kind: 'phase', payload: { phase: 'EXECUTING' } }]),
    'jobs.executing',
    request.services ?? null,
    request.external ?? false,
  ])
  return found.map((row) => ({
    jobId: row.job_id,
    index: row.index,
    attempt: row.attempt,
    worker: request.worker,
    organizationId: row.organization_id,
    ownerId: row.owner_id,
    run: row.failures + 1,
    external: request.external ?? false,
    service: row.service,
    collect: row.collect,
    follows: row.follows,
    payload: row.payload,
    taskCount: row.task_count,
    memoryLimitBytes: Number(row.memory_limit_bytes),
    outputLimitBytes: Number(row.output_limit_bytes),
    remainingMs: row.remaining_ms,
    jobSequence: BigInt(row.sequence),
    waitedMs: row.waited_ms,
    traceparent: row.traceparent ?? undefined,
  }))
}

/** Connections that have the statement prepared. */
const prepared = new WeakSet<pg.PoolClient>()

/**
 * Begins, locks, claims and commits in one round trip, by a statement that each connection prepares once: planning it
 * takes longer than it runs. Each statement of the text has a snapshot of its own, and so the claim one that
 * is taken when the lock is had.
 */
async function inClaim(dataSource: DataSource, values: readonly unknown[]): Promise<ClaimRow[]> {
  const runner = dataSource.createQueryRunner()
  try {
    const client: pg.PoolClient = await runner.connect()
    try {
      if (!prepared.has(client)) {
        await client.query(`prepare fairlead_claim as ${claim}`)
        prepared.add(client)
      }
      const results: unknown = await client.query(
        `${begin}; execute fairlead_claim(${values.map(literal).join(', ')}); commit`,
      )
      // One for each statement; the claim's is the last but one.
      return (results as pg.QueryResult<ClaimRow>[]).at(-2)?.rows ?? []
    } catch (error) {
      await client.query('rollback').catch((cause: unknown) => {
        throw new AggregateError([error, cause], 'a claim failed, and so did its rollback')
      })
      throw error
    }
  } finally {
    await runner.release()
  }
}

function literal(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]::text[]`
  return escapeLiteral(String(value))
}
