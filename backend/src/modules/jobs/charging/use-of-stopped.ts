import type { EntityManager } from 'typeorm'
import type { JobRecord } from '../job.ts'
import { rows } from '../sql.ts'
import type { EndedCharge } from './settle-charges.ts'

/**
 * Why jobs end by their own doing, or their owner's, so that everything that ran is paid: otherwise whoever lets the last
 * step fail, or stops it, computes for nothing. What else ends a job is the platform's, or its operator's.
 */
const OWN_DOING: ReadonlySet<string> = new Set([
  'CANCELLED_BY_USER',
  'DESTRUCTION_TIME_REACHED',
  'EXECUTION_DURATION_EXCEEDED',
  'CONTAINER_FAILED',
  'CONTAINER_NOT_STARTED',
  'MEMORY_LIMIT_EXCEEDED',
  'DISK_LIMIT_EXCEEDED',
  'OUTPUT_UNUSABLE',
  'OUTPUT_LIMIT_EXCEEDED',
  'RESULT_INFECTED',
  'RESULT_NOT_SCANNED',
  'INPUT_MISSING',
  'TOO_MANY_INPUT_FILES',
  'FAN_OUT_EMPTY',
  'FAN_OUT_TOO_LARGE',
  'FILE_UNAVAILABLE',
  'DATASET_UNAVAILABLE',
])

/**
 * What a job pays for that has ended without completing, its tasks too: nothing, unless its tasks are run elsewhere. Of
 * such a job those that completed are paid in any case, since what they made is kept and another try goes on from it.
 */
export async function useOfStopped(
  manager: EntityManager,
  { id, external, charge, error }: JobRecord,
): Promise<Omit<EndedCharge, 'job'>> {
  if (!external || charge?.state !== 'HELD' || error === undefined) return { use: undefined }
  const [used] = await rows<{ completed: string; others: string }>(
    manager,
    `select coalesce(sum(ceil(used_seconds)) filter (where state = 'COMPLETED'), 0)::bigint as completed,
       coalesce(sum(ceil(used_seconds)) filter (where state <> 'COMPLETED'), 0)::bigint as others
     from job_tasks where job_id = $1 and not kept`,
    [id],
  )
  // One that another try might not meet is not its own.
  const own = OWN_DOING.has(error.reason) && !error.transient
  const taskSeconds = BigInt(used?.completed ?? 0) + (own ? BigInt(used?.others ?? 0) : 0n)
  return {
    use: { taskSeconds, outputBytes: 0n, partial: true },
    note: noteOf(error.reason, own, taskSeconds),
  }
}

function noteOf(reason: string, own: boolean, seconds: bigint): string {
  if (own) {
    const pays = seconds === 0n ? 'nothing: nothing of it had run' : `for all ${seconds} s that it used`
    return `The job ended by its own doing or its owner’s (${reason}), and pays ${pays}.`
  }
  const pays =
    seconds === 0n
      ? 'nothing: nothing of it had completed'
      : `for the ${seconds} s alone of what had completed, which another try keeps and does not pay for again`
  return `The job ended through no doing of its own (${reason}), and pays ${pays}.`
}
