import type { JobRecord } from '../job.ts'

/** What the line in an organisation's statement says of a job. */
export function describeCharge({ service, runId }: Pick<JobRecord, 'service' | 'runId'>): string {
  return runId === '' ? `${service} job` : `${service} job “${runId}”`
}
