import type { DataSource } from 'typeorm'
import type { Objects } from '../../../ports/objects.ts'
import { attemptPrefix, jobPrefix } from '../job.ts'
import { publishedKeys } from '../result-store.ts'
import { rows } from '../sql.ts'

/**
 * Removes stored content that no result stands for, after a job's end: what failed and lost attempts left,
 * everything of a job without results, and the record too of a job that was deleted.
 */
export async function cleanUpJob(dataSource: DataSource, objects: Objects, jobId: string): Promise<void> {
  const found = await rows<{ deleted: boolean }>(
    dataSource,
    `select delete_time is not null as deleted from jobs where id = $1`,
    [jobId],
  )
  const published = await publishedKeys(dataSource, jobId)
  if (found[0] === undefined || found[0].deleted || published.length === 0) {
    await objects.deletePrefix(jobPrefix(jobId))
    await rows(dataSource, `delete from jobs where id = $1 and delete_time is not null`, [jobId])
    return
  }
  const tasks = await rows<{ index: number; attempt: number }>(
    dataSource,
    `select index, attempt from job_tasks where job_id = $1`,
    [jobId],
  )
  const root = jobPrefix(jobId)
  const kept = new Set(published.map((key) => key.slice(0, key.indexOf('/', root.length) + 1)))
  for (const task of tasks) {
    for (let attempt = 1; attempt <= task.attempt; attempt++) {
      const prefix = attemptPrefix(jobId, task.index, attempt)
      if (!kept.has(prefix)) await objects.deletePrefix(prefix)
    }
  }
}
