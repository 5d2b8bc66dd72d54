import { keepsOutputs } from './retry/keeps-outputs.ts'
import { type Database, rows } from './sql.ts'

/** Bytes of the results of an organisation's jobs, and of what is kept of those that may be tried again. */
export async function resultBytes(database: Database, organizationId: string): Promise<bigint> {
  const [summed] = await rows<{ bytes: string }>(
    database,
    `select (
         select coalesce(sum(job_results.size_bytes), 0) from job_results join jobs on jobs.id = job_id
         where jobs.organization_id = $1
       ) + (
         select coalesce(sum((output ->> 'sizeBytes')::bigint), 0)
         from jobs join job_tasks on job_id = jobs.id, jsonb_array_elements(outputs) as output
         where jobs.organization_id = $1 and jobs.delete_time is null and ${keepsOutputs}
           and job_tasks.state = 'COMPLETED'
       ) as bytes`,
    [organizationId],
  )
  return BigInt(summed?.bytes ?? 0)
}
