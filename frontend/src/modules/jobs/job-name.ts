import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** The last segment of a resource name, which its page's address ends in. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** What people call the job: its run ID, or its service and the random end of its identifier. */
export function jobTitle(job: Pick<Job, 'name' | 'runId' | 'service'>): string {
  if (job.runId !== '') return job.runId
  const service = job.service === '' ? 'Job' : job.service.charAt(0).toUpperCase() + job.service.slice(1)
  return `${service} ${lastSegment(job.name).slice(-8)}`
}

/** One line below the title, with what that does not say: "cutout · Bob Haugen · 40 tasks". */
export function jobSummary(job: Pick<Job, 'runId' | 'service' | 'ownerDisplayName' | 'taskCount'>): string {
  return [
    job.runId === '' ? '' : job.service,
    job.ownerDisplayName,
    job.taskCount > 1 ? `${job.taskCount} tasks` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
