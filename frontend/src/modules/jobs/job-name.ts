import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** The last segment of a resource name, which its page's address ends in. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** What people call the job: its run ID, or the random end of its identifier. */
export function jobTitle(job: Pick<Job, 'name' | 'runId'>): string {
  return job.runId !== '' ? job.runId : `Job ${lastSegment(job.name).slice(-8)}`
}
