import type pg from 'pg'
import type { ClientRun } from './client-run.ts'

/** What the database says of a job that was asked for. */
export interface JobFacts {
  readonly id: string
  readonly phase: string
  readonly deleted: boolean
  readonly error_reason: string | null
  readonly task_count: number
  readonly attempts: number
}

/** Workers whose tasks are taken from them again and again may lose one for good; nothing else may. */
const excusable = 'WORKER_LOST'

export async function jobFacts(database: pg.Client): Promise<JobFacts[]> {
  const { rows } = await database.query<JobFacts>(
    `select id, phase, delete_time is not null as deleted, error_reason, task_count,
       (select coalesce(sum(attempt), 0)::int from job_tasks where job_id = jobs.id) as attempts
     from jobs`,
  )
  return rows
}

/** Rows of each query are violations: what a query says of itself, with the columns that it gives. */
const neverTrue: readonly (readonly [what: string, query: string])[] = [
  [
    'a job did not end',
    `select id, phase from jobs where phase not in ('COMPLETED', 'ERROR', 'ABORTED') and delete_time is null`,
  ],
  [
    'a job has not exactly one terminal event, of its phase',
    `select id, phase, array_agg(payload ->> 'phase') as ended
     from jobs left join job_events on job_id = id and kind = 'phase'
       and payload ->> 'phase' in ('COMPLETED', 'ERROR', 'ABORTED')
     group by id, phase having array_agg(payload ->> 'phase') <> array[phase]`,
  ],
  [
    'events have a gap, or go on after the end',
    `select id, last_sequence, count(*), max(sequence) as highest,
       max(sequence) filter (where payload ->> 'phase' in ('COMPLETED', 'ERROR', 'ABORTED')) as ended
     from jobs join job_events on job_id = id
     group by id
     having count(*) <> last_sequence or max(sequence) <> last_sequence or min(sequence) <> 1
       or max(sequence) filter (where payload ->> 'phase' in ('COMPLETED', 'ERROR', 'ABORTED')) <> last_sequence`,
  ],
  [
    'a job has begun more than once',
    `select job_id, count(*) from job_events where kind = 'phase' and payload ->> 'phase' = 'EXECUTING'
       and not exists (
         select from job_events as other where other.job_id = job_events.job_id
           and other.payload ->> 'phase' = 'SUSPENDED'
       )
     group by job_id having count(*) > 1`,
  ],
  [
    'others were not told of the end exactly once',
    `select jobs.id, count(outbox.id) from jobs
       left join outbox on payload ->> 'job' = jobs.id::text
         and routing_key ~ '^jobs[.](completed|error|aborted)[.]'
     group by jobs.id having count(outbox.id) <> 1`,
  ],
  [
    'a task has not ended though its job has',
    `select job_id, index, state from job_tasks join jobs on id = job_id
     where state not in ('COMPLETED', 'FAILED', 'CANCELLED')
       and phase in ('COMPLETED', 'ERROR', 'ABORTED')`,
  ],
  [
    'a task began after the end of its job',
    `select job_id, index, begun, jobs.end_time
     from (
       select job_id, index, start_time as begun from job_tasks
       union all select job_id, index, attempt_start_time from job_tasks
       union all select job_id, index, start_time from job_task_attempts
     ) as attempts join jobs on id = job_id
     where begun > jobs.end_time`,
  ],
  [
    'a task ran twice at a time',
    `select job_id, index, number, end_time, next_start
     from (
       select job_id, index, number, end_time,
         lead(start_time) over (partition by job_id, index order by number) as next_start
       from job_task_attempts
     ) as attempts where next_start < end_time
     union all
     select job_id, index, max(number), max(job_task_attempts.end_time), min(attempt_start_time)
     from job_task_attempts join job_tasks using (job_id, index)
     where number < attempt
     group by job_id, index having max(job_task_attempts.end_time) > min(attempt_start_time)`,
  ],
  [
    'the attempts of a task are not all accounted for',
    `select job_id, job_tasks.index, state, attempt, count(number) as failed
     from job_tasks left join job_task_attempts using (job_id, index)
     group by job_id, job_tasks.index
     having case state when 'COMPLETED' then count(number) <> attempt - 1
       when 'FAILED' then count(number) <> attempt
       else count(number) not in (attempt - 1, attempt) end`,
  ],
  [
    'the tasks of a job are not those of its plan, or not counted right',
    `select id, task_count, count(index), tasks_completed, tasks_failed
     from jobs left join job_tasks on job_id = id
     group by id
     having count(index) <> task_count
       or count(*) filter (where state = 'COMPLETED') <> tasks_completed
       or count(*) filter (where state = 'FAILED') <> tasks_failed
       or phase = 'COMPLETED' and tasks_completed + tasks_failed <> task_count`,
  ],
  [
    'a completed task has not its result exactly once',
    `select id, index, count(name) as results from jobs
       join job_tasks on job_tasks.job_id = id
       left join job_results on job_results.job_id = id and task_index = index
         and media_type = case service when 'cutout' then 'application/fits' when 'preview' then 'image/png'
           else 'text/csv' end
     where phase = 'COMPLETED' and delete_time is null
     group by id, index, state, collect
     having count(name) <> case when state = 'COMPLETED' and (collect or service <> 'statistics') then 1 else 0 end`,
  ],
  [
    'a result is not of the attempt that completed its task',
    `select job_results.job_id, task_index, object_key, attempt
     from job_results join job_tasks on job_tasks.job_id = job_results.job_id and index = task_index
     where object_key not like 'jobs/' || job_results.job_id || '/' || index || '-' || attempt || '/%'`,
  ],
  [
    'a task failed',
    `select job_id, index, attempt, error_reason, error_message from job_tasks
     where state = 'FAILED' and error_reason <> 'WORKER_LOST'`,
  ],
  [
    'two results stand for one object',
    `select object_key, count(*) from job_results group by object_key having count(*) > 1`,
  ],
  [
    'a job without success has results',
    `select id, phase, count(*) from jobs join job_results on job_id = id
     where phase <> 'COMPLETED' or delete_time is not null group by id`,
  ],
  [
    'a dead worker holds on to something',
    `select locked_by, count(*) from graphile_worker.jobs
     where locked_by is not null and locked_by not in (select id from job_workers) group by locked_by`,
  ],
]

export async function checkDatabase(database: pg.Client): Promise<string[]> {
  const violations: string[] = []
  for (const [what, query] of neverTrue) {
    const { rows } = await database.query(query)
    violations.push(...rows.map((row) => `${what}: ${JSON.stringify(row)}`))
  }
  return violations
}

/** What the clients were told is what became of their jobs. */
export function checkPromises(runs: readonly ClientRun[], facts: readonly JobFacts[]): string[] {
  const byId = new Map(facts.map((job) => [job.id, job]))
  const violations: string[] = []
  for (const { planned, name, watcher, cancelled, deleted } of runs) {
    if (name === undefined) continue
    const job = byId.get(name.split('/').at(-1) ?? '')
    byId.delete(job?.id ?? '')
    if (deleted) {
      if (job !== undefined) violations.push(`${name}: it was deleted, and its record is there`)
      continue
    }
    if (job === undefined) {
      violations.push(`${name}: its client was told that it exists, and there is no such job`)
      continue
    }
    if (cancelled && job.phase !== 'ABORTED') violations.push(`${name}: cancelled, and ended ${job.phase}`)
    if (planned.end === undefined && job.phase === 'ABORTED') violations.push(`${name}: ABORTED by nobody`)
    if (job.task_count !== planned.tasks) violations.push(`${name}: it has ${job.task_count} tasks`)
    if (watcher !== undefined && watcher.ended !== `PHASE_${job.phase}`) {
      violations.push(`${name}: a watcher saw it end with ${watcher.ended}, and it is ${job.phase}`)
    }
    if (job.phase === 'ERROR' && job.error_reason !== excusable) {
      violations.push(`${name}: it failed with ${job.error_reason}`)
    }
  }
  violations.push(...[...byId.keys()].map((id) => `job ${id} was asked for by nobody`))
  return violations
}
