import type { DataSource } from 'typeorm'
import type { Objects } from '../../../ports/objects.ts'
import { attemptPrefix, jobPrefix, keptPrefix, runPrefix } from '../job.ts'
import { hasEnded, type Phase } from '../phase-transitions.ts'
import { publishedKeys } from '../result-store.ts'
import { keepsOutputs } from '../retry/keeps-outputs.ts'
import { rows } from '../sql.ts'

/**
 * Removes stored content that is not needed any more, after a job's end: what failed and lost attempts left, everything of
 * a job without results, and the record too of a job that was deleted. Of a job that may be tried again from where it
 * failed, what its tasks have completed is kept, until the job itself goes.
 */
export async function cleanUpJob(dataSource: DataSource, objects: Objects, jobId: string): Promise<void> {
  const [job] = await rows<{ phase: Phase; deleted: boolean; keeps_outputs: boolean }>(
    dataSource,
    `select phase, delete_time is not null as deleted, ${keepsOutputs} as keeps_outputs from jobs where id = $1`,
    [jobId],
  )
  const gone = job === undefined || job.deleted
  // One that is being made of another's files may be looked at while it runs.
  if (!gone && !hasEnded(job.phase)) return
  const published = await publishedKeys(dataSource, jobId)
  const needed =
    !gone && job.keeps_outputs ? [...published, ...(await completedKeys(dataSource, jobId))] : published
  if (gone || needed.length === 0) {
    await objects.deletePrefix(jobPrefix(jobId))
    await rows(dataSource, `delete from jobs where id = $1 and delete_time is not null`, [jobId])
    return
  }
  const root = jobPrefix(jobId)
  const kept = new Set(needed.map((key) => key.slice(0, key.indexOf('/', root.length) + 1)))
  for (const prefix of await writtenPrefixes(dataSource, jobId)) {
    if (!kept.has(prefix)) await objects.deletePrefix(prefix)
  }
}

/** Keys of what the tasks of a job have left that completed. */
async function completedKeys(dataSource: DataSource, jobId: string): Promise<string[]> {
  const found = await rows<{ key: string }>(
    dataSource,
    `select output ->> 'objectKey' as key from job_tasks, jsonb_array_elements(outputs) as output
     where job_id = $1 and state = 'COMPLETED'`,
    [jobId],
  )
  return found.map(({ key }) => key)
}

/** Below which something of the job's tasks may be stored. */
async function writtenPrefixes(dataSource: DataSource, jobId: string): Promise<string[]> {
  const tasks = await rows<{
    index: number
    attempt: number
    runs: number
    kept: boolean
    external: boolean
  }>(
    dataSource,
    `select index, attempt, failures + 1 as runs, kept, external from job_tasks where job_id = $1`,
    [jobId],
  )
  const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1)
  return tasks.flatMap(({ index, attempt, runs, kept, external }) => [
    ...(external
      ? upTo(runs).map((run) => runPrefix(jobId, index, run))
      : upTo(attempt).map((number) => attemptPrefix(jobId, index, number))),
    ...(kept ? [keptPrefix(jobId, index)] : []),
  ])
}
