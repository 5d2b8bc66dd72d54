import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { moveJob } from '../job-changes.ts'
import { stopJob } from '../job-endings.ts'
import { enqueueCleanUp } from '../job-queue.ts'
import { lockJob } from '../job-store.ts'
import { hasEnded } from '../phase-transitions.ts'
import { deleteResults } from '../result-store.ts'
import { rows } from '../sql.ts'
import { type Ending, endAttempts } from '../task-endings.ts'
import { sweepStep } from './sweep-step.ts'

export interface Sweeper {
  readonly dataSource: DataSource
  readonly log: Logger
}

const BATCH = 100

/** What is due, as conditions on jobs: looked for, and asked again under the lock, since clients may move both times. */
const overdue = `phase = 'EXECUTING' and deadline_time < now()`
const expired = `destruction_time < now() and phase <> 'ARCHIVED'`

/**
 * What is done every few seconds for all: puts right what dead workers left, and enforces what is
 * due by the database's clock. Several may do it at once; each step is decided under the job's lock, and each
 * step, task and job for itself: what cannot be done is logged, and holds up nothing else.
 */
export async function sweep(sweeper: Sweeper): Promise<void> {
  const { log } = sweeper
  await sweepStep(log, 'dead workers', () => unlockDeadWorkers(sweeper))
  await sweepStep(log, 'lost tasks', () => requeueLostTasks(sweeper))
  await sweepStep(log, 'overdue jobs', () => stopOverdueJobs(sweeper))
  await sweepStep(log, 'expired jobs', () => archiveExpiredJobs(sweeper))
}

/** graphile-worker itself would keep a dead worker's queue entries locked for four hours. */
async function unlockDeadWorkers({ dataSource, log }: Sweeper): Promise<void> {
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
  const end = async (lostNow: readonly Ending[]) => {
    const counted = await inTransaction(dataSource, (manager) => endAttempts(manager, lostNow))
    for (const [place, { attempt }] of lostNow.entries()) {
      if (counted[place] !== true) continue
      log.warn({ job: attempt.jobId, task: attempt.index, worker: attempt.worker }, 'a task lost its worker')
    }
  }
  try {
    await end(endings)
  } catch (error) {
    log.warn({ err: error }, 'lost tasks could not be given to others together; each is by itself')
    for (const each of endings) {
      await sweepStep(log, `lost task ${each.attempt.index} of job ${each.attempt.jobId}`, () => end([each]))
    }
  }
}

async function dueJobs(dataSource: DataSource, condition: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    dataSource,
    `select id from jobs where ${condition} and delete_time is null limit ${BATCH}`,
    [],
  )
  return found.map(({ id }) => id)
}

async function stopOverdueJobs({ dataSource, log }: Sweeper): Promise<void> {
  const found = await dueJobs(dataSource, overdue)
  const stop = (id: string) =>
    inTransaction(dataSource, async (manager) => {
      const job = await lockJob(manager, id, overdue)
      if (job === undefined) return
      await stopJob(manager, job, 'ERROR', {
        reason: 'EXECUTION_DURATION_EXCEEDED',
        message:
          'The job ran for longer than its execution duration. Ask for a longer one, or for less work.',
        transient: false,
      })
    })
  for (const id of found) await sweepStep(log, `overdue job ${id}`, () => stop(id))
}

/** At the destruction time a job's content goes and its record stays, as ARCHIVED. */
async function archiveExpiredJobs({ dataSource, log }: Sweeper): Promise<void> {
  const found = await dueJobs(dataSource, expired)
  const archive = (id: string) =>
    inTransaction(dataSource, async (manager) => {
      let job = await lockJob(manager, id, expired)
      if (job === undefined) return
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
  for (const id of found) await sweepStep(log, `expired job ${id}`, () => archive(id))
}
