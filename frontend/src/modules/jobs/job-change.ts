import type { Job, ListJobsResponse } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/**
 * A page of a list after a job changed; the same object when the page does not show the job, or shows it
 * newer already.
 */
export function withChangedJob(page: ListJobsResponse, changed: Job): ListJobsResponse {
  const index = page.jobs.findIndex((job) => job.name === changed.name)
  const before = page.jobs[index]
  if (before === undefined || before.version >= changed.version) return page
  return { ...page, jobs: page.jobs.with(index, changed) }
}

export function withoutJob(page: ListJobsResponse, name: string): ListJobsResponse {
  const jobs = page.jobs.filter((job) => job.name !== name)
  return jobs.length === page.jobs.length ? page : { ...page, jobs }
}

/** A job as GetJob answers it, after a change, which comes without its parameters, results, shares and place. */
export function mergedJob(job: Job, changed: Job): Job {
  if (job.version >= changed.version) return job
  return {
    ...changed,
    parameters: job.parameters,
    results: job.results,
    shares: job.shares,
    queuePosition: changed.phase === 'PHASE_QUEUED' ? job.queuePosition : undefined,
  }
}
