import type { ResultRecord, TaskOutput } from './job.ts'
import { type Database, rows } from './sql.ts'

/** Files as a service's collect() publishes them, each with the task that made it. */
export interface PublishedFile extends TaskOutput {
  readonly taskIndex: number
}

/** Names results after their files; of two with one name the later gets its place in the list in front. */
export function nameResults(files: readonly PublishedFile[]): ResultRecord[] {
  const taken = new Set<string>()
  return files.map((file, position) => {
    const plain = file.fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(-110)
    const name = taken.has(plain) ? `${position}-${plain}` : plain
    taken.add(name)
    return { ...file, name }
  })
}

export async function insertResults(
  database: Database,
  jobId: string,
  results: readonly ResultRecord[],
): Promise<void> {
  await rows(
    database,
    `insert into job_results (job_id, name, position, task_index, file_name, media_type, size_bytes, sha256,
       scan_state, source_id, stencil, object_key)
     select $1, result.body ->> 'name', result.position, (result.body ->> 'taskIndex')::int,
       result.body ->> 'fileName', result.body ->> 'mediaType', (result.body ->> 'sizeBytes')::bigint,
       result.body ->> 'sha256', result.body ->> 'scanState', result.body ->> 'sourceId',
       result.body ->> 'stencil', result.body ->> 'objectKey'
     from jsonb_array_elements($2::jsonb) with ordinality as result (body, position)`,
    [jobId, JSON.stringify(results)],
  )
}

/** Keys of the stored content that a job's results stand for. */
export async function publishedKeys(database: Database, jobId: string): Promise<string[]> {
  const found = await rows<{ object_key: string }>(
    database,
    `select object_key from job_results where job_id = $1`,
    [jobId],
  )
  return found.map((row) => row.object_key)
}

export async function deleteResults(database: Database, jobId: string): Promise<void> {
  await rows(database, `delete from job_results where job_id = $1`, [jobId])
}
