import type { RunningTask, UnfinishedJob } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { lastSegment } from '../jobs/job-name'

type OperatorsView = Pick<
  RunningTask & UnfinishedJob,
  'job' | 'service' | 'ownerDisplayName' | 'organization' | 'organizationDisplayName'
>

/** "cutout 9a7c1e11": the operator sees no names that people give their jobs. */
export function shortJobName({ job, service }: Pick<OperatorsView, 'job' | 'service'>): string {
  return `${service} ${lastSegment(job).slice(-8)}`
}

export function organizationTitle(
  of: Pick<OperatorsView, 'organization' | 'organizationDisplayName'>,
): string {
  return of.organizationDisplayName || lastSegment(of.organization)
}

/** In a sentence of its own, such as the heading of a question. */
export function describeJob(job: OperatorsView): string {
  return `${shortJobName(job)} of ${job.ownerDisplayName || 'unknown owner'}, ${organizationTitle(job)}`
}
