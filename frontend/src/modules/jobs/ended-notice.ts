import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { jobTitle } from './job-name'

export interface EndedNotice {
  readonly outcome: 'success' | 'failure'
  readonly title: string
  readonly text: string
}

/** A change that comes this long after the job's end is about something else, milliseconds. */
const recentMs = 60_000

/**
 * What to tell the owner, wherever on the pages they are, when their job has just ended. An abort was asked
 * for, so it is no news.
 */
export function endedNotice(job: Job, caller: string | undefined, now: number): EndedNotice | undefined {
  if (job.owner !== caller || job.endTime === undefined) return undefined
  if (now - job.endTime.getTime() > recentMs) return undefined
  if (job.phase === 'PHASE_COMPLETED') {
    return { outcome: 'success', title: 'Job completed', text: jobTitle(job) }
  }
  if (job.phase === 'PHASE_ERROR') {
    return { outcome: 'failure', title: 'Job failed', text: `${jobTitle(job)}: ${job.error?.message ?? ''}` }
  }
  return undefined
}
