import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** "3 of 60 tasks failed"; undefined when none did. */
export function failedTasks(job: Pick<Job, 'taskCount' | 'tasksFailed'>): string | undefined {
  if (job.tasksFailed === 0) return undefined
  return `${job.tasksFailed} of ${job.taskCount} ${job.taskCount === 1 ? 'task' : 'tasks'} failed`
}

/** What a list says beside the phase: why the job waits, or that it is not whole. */
export function jobRemark(
  job: Pick<Job, 'phase' | 'phaseNote' | 'taskCount' | 'tasksFailed'>,
): string | undefined {
  if (job.phase === 'PHASE_HELD' || job.phase === 'PHASE_SUSPENDED') return job.phaseNote?.message
  // That all of them failed is what ERROR says.
  return job.phase === 'PHASE_ERROR' ? undefined : failedTasks(job)
}
