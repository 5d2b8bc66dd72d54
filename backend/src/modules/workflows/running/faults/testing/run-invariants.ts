import { expect } from 'vitest'
import { rows } from '../../../sql.ts'
import type { RunFixture } from '../../testing/run-fixture.ts'

/**
 * Waits until nothing is on its way any more, and holds what must hold of jobs that have ended; says so in one line.
 *
 * @param jobIds of jobs that have ended
 */
export async function expectRunInvariants(
  fixture: RunFixture,
  jobIds: readonly string[],
  after: string,
): Promise<void> {
  const { dataSource } = fixture.database
  await expect.poll(() => fixture.containers.list(), { timeout: 30_000 }).toEqual([])
  const open = () =>
    rows(
      dataSource,
      `select job_id from workflow_containers
       where job_id = any($1::uuid[]) and state in ('WAITING', 'STARTING', 'RUNNING', 'COLLECTING')`,
      [jobIds],
    )
  await expect.poll(open, { timeout: 30_000 }).toEqual([])
  const kept = await rows<{ object_key: string }>(
    dataSource,
    `select object_key from job_results where job_id = any($1::uuid[])
     union
     select output ->> 'objectKey' from job_tasks, jsonb_array_elements(outputs) as output
     where job_id = any($1::uuid[]) and state = 'COMPLETED'`,
    [jobIds],
  )
  const stored = (await Promise.all(jobIds.map((jobId) => fixture.storedKeys(jobId)))).flat()
  expect(stored.sort(), 'what the store holds of them').toEqual(kept.map((row) => row.object_key).sort())
  const [paid] = await rows<{ seconds: number }>(
    dataSource,
    `select coalesce(sum(used_seconds), 0)::double precision as seconds from job_tasks
     where job_id = any($1::uuid[]) and state <> 'COMPLETED'`,
    [jobIds],
  )
  expect(paid?.seconds, 'seconds that are paid for though nothing came of them').toBe(0)
  process.stdout.write(
    `invariants after ${after}: on the cluster 0; containers open of ended jobs 0; objects ${stored.length}, orphans 0\n`,
  )
}
