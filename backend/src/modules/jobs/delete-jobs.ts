import type { EntityManager } from 'typeorm'
import { markDeleted } from './job-deletion.ts'
import { stopJob } from './job-endings.ts'
import { lockJob } from './job-store.ts'
import { hasEnded } from './phase-transitions.ts'

/**
 * Deletes jobs of an organisation, with what they made and whatever phase they are in: what they show must not be shown
 * any more. Those that are gone already are passed over.
 *
 * @param why for the owner of one that has not ended
 */
export async function deleteJobs(
  manager: EntityManager,
  organizationId: string,
  jobIds: readonly string[],
  why: { readonly reason: string; readonly message: string },
): Promise<void> {
  for (const jobId of [...jobIds].sort()) {
    const job = await lockJob(manager, jobId)
    if (job === undefined || job.organizationId !== organizationId) continue
    if (!hasEnded(job.phase)) await stopJob(manager, job, 'ABORTED', { ...why, transient: false })
    await markDeleted(manager, job)
  }
}
