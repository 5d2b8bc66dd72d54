import { type Database, rows } from './sql.ts'

/** Bytes of the results of an organisation's jobs. */
export async function resultBytes(database: Database, organizationId: string): Promise<bigint> {
  const [summed] = await rows<{ bytes: string }>(
    database,
    `select coalesce(sum(job_results.size_bytes), 0) as bytes from job_results join jobs on jobs.id = job_id
     where organization_id = $1`,
    [organizationId],
  )
  return BigInt(summed?.bytes ?? 0)
}
