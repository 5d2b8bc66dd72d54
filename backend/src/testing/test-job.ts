import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'

/** Writes a PENDING job of one task as if the user had made it in the organisation; answers its resource name. */
export async function insertTestJob(dataSource: DataSource, slug: string, email: string): Promise<string> {
  const id = v7()
  await dataSource.query(
    `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
       destruction_time, execution_duration_ms, memory_limit_bytes, output_limit_bytes, quote_size_bytes,
       quote_duration_ms, task_count)
     select $1, organizations.id, users.id, 'cutout', '', '[]', '', 'PENDING', now() + interval '1 day', 60000,
       1, 1, 1, 1, 1
     from organizations, users where slug = $2 and email = $3`,
    [id, slug, email],
  )
  return `organizations/${slug}/jobs/${id}`
}
