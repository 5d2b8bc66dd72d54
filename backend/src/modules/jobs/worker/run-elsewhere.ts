import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import { NO_WORKERS } from '../queue/stranded-jobs.ts'
import { rows } from '../sql.ts'
import type { AttemptEnd } from '../task-endings.ts'
import type { ExternalRun } from './external-run.ts'
import type { HeldTask } from './held-task.ts'
import type { TaskReporter } from './task-reporter.ts'

export interface ElsewhereOptions {
  readonly run: ExternalRun
  readonly dataSource: DataSource
  readonly reporter: TaskReporter
  readonly log: Logger
}

/** Has a claimed task run by who runs those of its service: without a folder, and without a process of the worker. */
export async function runElsewhere(options: ElsewhereOptions, held: HeldTask): Promise<AttemptEnd> {
  const { reporter } = options
  const { task, signal } = held
  const { jobId, organizationId, ownerId, index, payload, outputLimitBytes, remainingMs } = task
  const { outputs, usedSeconds, value } = await options.run.run({
    jobId,
    organizationId,
    ownerId,
    index,
    run: task.run,
    attempt: { jobId, index, attempt: task.attempt, worker: task.worker },
    payload,
    outputLimitBytes,
    remainingMs: Math.max(1, remainingMs),
    signal,
    goesOn: () => goesOn(options, task),
    progress: (fraction) => reporter.progress(fraction),
    log: (line, container) => reporter.log(line, container),
  })
  return { kind: 'completed', outputs, value, usedSeconds }
}

/** Whether another attempt is to go on with the same run of a task. */
async function goesOn(
  { dataSource, log }: ElsewhereOptions,
  { jobId, index, run }: ClaimedTask,
): Promise<boolean> {
  try {
    const found = await rows(
      dataSource,
      `select 1 from job_tasks join jobs on jobs.id = job_tasks.job_id
       where jobs.id = $1 and job_tasks.index = $2 and jobs.delete_time is null
         and (jobs.phase in ('QUEUED', 'EXECUTING') or (jobs.phase = 'SUSPENDED' and jobs.phase_reason = $4))
         and job_tasks.state in ('WAITING', 'RUNNING') and job_tasks.failures + 1 = $3`,
      [jobId, index, run, NO_WORKERS],
    )
    return found.length > 0
  } catch (error) {
    log.warn(
      { err: error, job: jobId, task: index },
      'whether a task goes on is not known: what runs is left',
    )
    return true
  }
}
