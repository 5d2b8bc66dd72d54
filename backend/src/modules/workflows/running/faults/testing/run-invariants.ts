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
  await expect.poll(() => fixture.containers.list(), { timeout: 60_000 }).toEqual([])
  const open = () =>
    rows(
      dataSource,
      `select job_id from workflow_containers
       where job_id = any($1::uuid[]) and state in ('WAITING', 'STARTING', 'RUNNING', 'COLLECTING')`,
      [jobIds],
    )
  await expect.poll(open, { timeout: 60_000 }).toEqual([])
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
  const [books] = await rows<Books>(
    dataSource,
    `select
       (select coalesce(-sum(balance), 0) from credit_accounts where kind = 'ISSUANCE')::text as issued,
       (select coalesce(sum(balance), 0) from credit_accounts where kind = 'AVAILABLE')::text as available,
       (select coalesce(sum(balance), 0) from credit_accounts where kind = 'HELD')::text as held,
       (select coalesce(sum(balance), 0) from credit_accounts where kind = 'SINK')::text as paid,
       (select coalesce(sum(charge_captured), 0) from jobs)::text as captured,
       (select count(*)::int from jobs where id = any($1::uuid[]) and charge_state <> 'SETTLED') as unsettled`,
    [jobIds],
  )
  if (books === undefined) throw new Error('there are no books')
  const { issued, available, held, paid, captured } = books
  expect(BigInt(available) + BigInt(held) + BigInt(paid), 'credits that were issued').toBe(BigInt(issued))
  expect(captured, 'what jobs paid').toBe(paid)
  expect(books.unsettled, 'jobs that ended unsettled').toBe(0)
  const told = [
    'on the cluster 0',
    'containers open of ended jobs 0',
    `objects ${stored.length}, orphans 0`,
    `credits issued ${issued} = available ${available} + held ${held} + paid ${paid}`,
  ]
  process.stdout.write(`invariants after ${after}: ${told.join('; ')}\n`)
}

interface Books {
  readonly issued: string
  readonly available: string
  readonly held: string
  readonly paid: string
  readonly captured: string
  readonly unsettled: number
}
