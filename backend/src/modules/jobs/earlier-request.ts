import type { DataSource } from 'typeorm'
import type { Actor } from './actor.ts'
import type { JobRecord } from './job.ts'
import { findRequest } from './job-store.ts'
import { requestIdReused } from './jobs-errors.ts'

/** The job that the same request has made before; undefined when it comes for the first time, or has no request_id. */
export async function earlierRequest(
  dataSource: DataSource,
  { organizationId, userId }: Actor,
  requestId: string | undefined,
  requestHash: Buffer,
): Promise<JobRecord | undefined> {
  if (requestId === undefined) return undefined
  const found = await findRequest(dataSource, organizationId, userId, requestId)
  if (found === undefined) return undefined
  if (!found.requestHash.equals(requestHash)) throw requestIdReused(found.job.id)
  return found.job
}
