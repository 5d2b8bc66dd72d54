import type { EntityManager } from 'typeorm'
import { creditsTooFew } from '../../credits/index.ts'
import { INSUFFICIENT_CREDITS, queueOrWait } from '../charging/queue-or-wait.ts'
import type { JobRecord, PhaseNote } from '../job.ts'
import { alterJob, moveJob } from '../job-changes.ts'
import { dequeueTasks, enqueueTasks, handBackTasks } from '../job-queue.ts'
import { jobAlreadyEnded, jobAlreadyHeld, jobNotHeld } from '../jobs-errors.ts'
import { queueJob } from '../queue-job.ts'
import type { Database } from '../sql.ts'

/*
 * How the operator keeps a job from running and lets it run again. Each function is one transaction's work on a
 * locked job.
 */

const HELD_BY_OPERATOR = 'HELD_BY_OPERATOR'
const SUSPENDED_BY_OPERATOR = 'SUSPENDED_BY_OPERATOR'

/** Keeps a job from starting, or takes one that runs off its workers. */
export async function holdJob(
  database: Database,
  job: JobRecord,
  reason: string,
  actorId: string,
): Promise<JobRecord> {
  const held: PhaseNote = {
    reason: HELD_BY_OPERATOR,
    message: `The operator holds the job: ${reason}`,
    ownerMayRun: false,
  }
  const suspended: PhaseNote = {
    reason: SUSPENDED_BY_OPERATOR,
    message: `The operator has suspended the job: ${reason}`,
    ownerMayRun: false,
  }
  switch (job.phase) {
    case 'PENDING':
    case 'QUEUED':
      await dequeueTasks(database, job.id)
      return moveJob(database, job, { to: 'HELD', note: held, actorId })
    case 'EXECUTING':
      await handBackTasks(database, job.id, suspended.message)
      return moveJob(database, job, { to: 'SUSPENDED', note: suspended, actorId })
    case 'HELD':
      if (job.phaseNote?.reason === HELD_BY_OPERATOR) throw jobAlreadyHeld(job)
      return annotate(database, job, held)
    case 'SUSPENDED':
      if (job.phaseNote?.reason === SUSPENDED_BY_OPERATOR) throw jobAlreadyHeld(job)
      await handBackTasks(database, job.id, suspended.message)
      return annotate(database, job, suspended)
    case 'COMPLETED':
    case 'ERROR':
    case 'ABORTED':
    case 'ARCHIVED':
    case 'UNKNOWN':
      throw jobAlreadyEnded(job)
    default: {
      const never: never = job.phase
      throw new Error(`a job in unknown phase ${String(never)}`)
    }
  }
}

/**
 * Lets a job that is held queue again, or be PENDING as before, and one that the operator suspended go on. What waited
 * for credits when the operator held it does so again, unless they suffice by now.
 */
export async function releaseJob(manager: EntityManager, job: JobRecord): Promise<JobRecord> {
  if (job.phase === 'HELD') {
    if (job.charge?.state === 'WAITING') return releaseWaiting(manager, job)
    return job.queueTime === undefined ? moveJob(manager, job, { to: 'PENDING' }) : queueJob(manager, job)
  }
  if (job.phase !== 'SUSPENDED' || job.phaseNote?.reason !== SUSPENDED_BY_OPERATOR) throw jobNotHeld(job)
  const going = await moveJob(manager, job, { to: 'EXECUTING' })
  await enqueueTasks(manager, job.id)
  return going
}

async function releaseWaiting(manager: EntityManager, job: JobRecord): Promise<JobRecord> {
  const released = await queueOrWait(manager, job)
  if (released.phase === 'HELD' && job.phaseNote?.reason === INSUFFICIENT_CREDITS) {
    throw creditsTooFew(released.phaseNote?.message ?? '')
  }
  return released
}

/** Tells another reason for the phase that a job is in. */
async function annotate(database: Database, job: JobRecord, note: PhaseNote): Promise<JobRecord> {
  return alterJob(database, job.id, 'phase_reason = $2, phase_message = $3, phase_owner_may_run = $4', [
    note.reason,
    note.message,
    note.ownerMayRun,
  ])
}
