import type { EntityManager } from 'typeorm'
import {
  type Charge,
  holdForJob,
  isSameShortage,
  type JobHold,
  type Shortage,
  shortageText,
  waitForCredits,
} from '../../credits/index.ts'
import type { JobRecord, PhaseNote } from '../job.ts'
import { alterJob, moveJob } from '../job-changes.ts'
import { queueJob } from '../queue-job.ts'
import { writeCharge } from './charge-store.ts'
import { describeCharge } from './describe-charge.ts'

export const INSUFFICIENT_CREDITS = 'INSUFFICIENT_CREDITS'

export function waitsForCredits(shortage: Shortage): PhaseNote {
  return { reason: INSUFFICIENT_CREDITS, message: shortageText(shortage), ownerMayRun: true }
}

/** Sets aside what a locked job costs by the prices of now, when it has not held anything yet. */
function holdCharge(manager: EntityManager, job: JobRecord, actorId?: string): Promise<JobHold> {
  return holdForJob(manager, {
    purposeId: job.id,
    organizationId: job.organizationId,
    serviceId: job.service,
    quote: job.quote,
    description: describeCharge(job),
    actorId,
  })
}

/**
 * Queues a locked job that is planned and PENDING or HELD, once what it costs is set aside; one for which there is too
 * little waits in HELD. A job that holds credits already, as one that the operator held, is queued as it is.
 */
export async function queueOrWait(
  manager: EntityManager,
  job: JobRecord,
  actorId?: string,
): Promise<JobRecord> {
  if (job.charge?.state === 'HELD') return queueJob(manager, job)
  const held = await holdCharge(manager, job, actorId)
  switch (held.kind) {
    case 'free':
      return queueJob(
        manager,
        job.charge === undefined ? job : await writeCharge(manager, job.id, 'WAITING', undefined),
      )
    case 'held':
      return queueJob(manager, await writeCharge(manager, job.id, 'HELD', held.charge))
    case 'short':
      return wait(manager, job, held.charge, held.shortage)
    default: {
      const never: never = held
      throw new Error(`a hold of unknown outcome ${String(never)}`)
    }
  }
}

/** Has a locked job wait for credits. One that waits already is told of only when it needs another amount. */
async function wait(
  manager: EntityManager,
  job: JobRecord,
  charge: Charge,
  shortage: Shortage,
): Promise<JobRecord> {
  const note = waitsForCredits(shortage)
  if (job.phase !== 'HELD') {
    const waiting = await writeCharge(manager, job.id, 'WAITING', charge)
    const moved = await moveJob(manager, waiting, { to: 'HELD', note })
    await waitForCredits(manager, job.organizationId)
    return moved
  }
  const { phaseNote } = job
  if (phaseNote?.reason === INSUFFICIENT_CREDITS && isSameShortage(phaseNote.message, note.message))
    return job
  await writeCharge(manager, job.id, 'WAITING', charge)
  const altered = await alterJob(
    manager,
    job.id,
    'phase_reason = $2, phase_message = $3, phase_owner_may_run = $4',
    [note.reason, note.message, note.ownerMayRun],
  )
  await waitForCredits(manager, job.organizationId)
  return altered
}
