import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { moveJob, StaleJob } from '../job-changes.ts'
import { enqueueCleanUp } from '../job-queue.ts'
import { lockJob } from '../job-store.ts'
import { hasEnded } from '../phase-transitions.ts'
import { deleteResults } from '../result-store.ts'
import { rows } from '../sql.ts'
import { endAttempts, stopJob } from '../task-endings.ts'

export interface Sweeper {
  readonly dataSource: DataSource
  readonly log: Logger
}

const BATCH = 100

/**
 * What any worker does every few seconds for all: puts right what dead workers left, and enforces what is
 * due by the database's clock. Several may do it at once; each step is decided under the job's lock.
 * Returns the workers that were found dead.
 */
export async function sweep(sweeper: Sweeper): Promise<readonly string[]> {
  const dead = await unlockDeadWorkers(sweeper)
  await requeueLostTasks(sweeper)
  await stopOverdueJobs(sweeper)
  await archiveExpiredJobs(sweeper)
  await pruneOutbox(sweeper)
  return dead
}

/** graphile-worker itself would keep a dead worker's queue entries locked for four hours. */
async function unlockDeadWorkers({ dataSource, log }: Sweeper): Promise<string[]> {
  const dead = await rows<{ id: string }>(
    dataSource,
    `with dead as (delete from job_workers where lease_expires_at < now() returning id),
       unlocked as (
         select graphile_worker.force_unlock_workers(array_agg(id)) from dead having count(*) > 0
       )
     select dead.id, (select count(*) from unlocked) as unlocked from dead`,
    [],
  )
  for (const { id } of dead) log.warn({ worker: id }, 'a worker has died; its work is given to others')
  return dead.map(({ id }) => id)
}

async function requeueLostTasks({ dataSource, log }: Sweeper): Promise<void> {
  const lost = await rows<{ job_id: string; index: number; attempt: number; lease_owner: string }>(
    dataSource,
    `select job_id, index, attempt, lease_owner from job_tasks
     where state = 'RUNNING' and lease_expires_at < now() limit ${BATCH}`,
    [],
  )
  if (lost.length === 0) return
  const endings = lost.map((row) => ({
    attempt: { jobId: row.job_id, index: row.index, attempt: row.attempt, worker: row.lease_owner },
    end: { kind: 'lost' as const },
  }))
  const counted = await inTransaction(dataSource, (manager) => endAttempts(manager, endings))
  for (const [place, { attempt }] of endings.entries()) {
    if (counted[place] !== true) continue
    log.warn({ job: attempt.jobId, task: attempt.index, worker: attempt.worker }, 'a task lost its worker')
  }
}

async function stopOverdueJobs({ dataSource }: Sweeper): Promise<void> {
  const overdue = await rows<{ id: string }>(
    dataSource,
    `select id from jobs where phase = 'EXECUTING' and deadline_time < now() and delete_time is null
     limit ${BATCH}`,
    [],
  )
  for (const { id } of overdue) {
    await inTransaction(dataSource, async (manager) => {
      const job = await lockJob(manager, id)
      if (job === undefined || hasEnded(job.phase)) return
      await stopJob(manager, job, 'ERROR', {
        reason: 'EXECUTION_DURATION_EXCEEDED',
        message:
          'The job ran for longer than its execution duration. Ask for a longer one, or for less work.',
        transient: false,
      })
    })
  }
}

/** At the destruction time a job's content goes and its record stays, as ARCHIVED. */
async function archiveExpiredJobs({ dataSource, log }: Sweeper): Promise<void> {
  const expired = await rows<{ id: string }>(
    dataSource,
    `select id from jobs where destruction_time < now() and phase <> 'ARCHIVED' and delete_time is null
     limit ${BATCH}`,
    [],
  )
  for (const { id } of expired) {
    try {
      await inTransaction(dataSource, async (manager) => {
        let job = await lockJob(manager, id)
        if (job === undefined || job.phase === 'ARCHIVED') return
        if (!hasEnded(job.phase)) {
          job = await stopJob(manager, job, 'ABORTED', {
            reason: 'DESTRUCTION_TIME_REACHED',
            message: 'The job had not ended at its destruction time.',
            transient: false,
          })
        }
        await moveJob(manager, job, { to: 'ARCHIVED' })
        await deleteResults(manager, id)
        await enqueueCleanUp(manager, id, 0)
      })
    } catch (error) {
      if (!(error instanceof StaleJob)) throw error
      log.info({ job: id }, 'an expired job changed while it was archived; the next sweep tries again')
    }
  }
}

/** Events are for whoever subscribes now; a day covers any reader that lost its connection. */
async function pruneOutbox({ dataSource }: Sweeper): Promise<void> {
  await rows(
    dataSource,
    `delete from outbox where id in (
       select id from outbox where create_time < now() - interval '1 day' order by create_time limit 1000
     )`,
    [],
  )
}
