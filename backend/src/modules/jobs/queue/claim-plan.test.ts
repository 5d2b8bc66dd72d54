import { afterAll, beforeAll, expect, it } from 'vitest'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { claimTasks } from './claim-tasks.ts'

let fixture: JobsFixture
beforeAll(async () => {
  fixture = await jobsFixture()
})
afterAll(() => fixture.end())

const ORGANIZATIONS = 1_000

it('a claim is quick among many organisations, whatever statistics say of the tables', async () => {
  const { dataSource } = fixture.database
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind)
     select gen_random_uuid(), 'many-' || n, 'x', 'MEMBER' from generate_series(1, $1::int) as n`,
    [ORGANIZATIONS],
  )
  await dataSource.query(
    `with made as (
       insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
         last_sequence, queue_time, destruction_time, execution_duration_ms, memory_limit_bytes,
         output_limit_bytes, quote_size_bytes, quote_duration_ms, task_count)
       select gen_random_uuid(), id, $1, 'probe', '', '[]', ''::bytea, 'QUEUED',
         0, now(), now() + interval '1 day', 60000, 1, 1, 1, 1, 5
       from organizations where slug like 'many-%' returning id, organization_id, queue_time
     )
     insert into job_tasks (job_id, organization_id, index, display_name, payload, max_attempts, state, queued_at)
     select made.id, made.organization_id, n, 'x', '{}', 3, 'WAITING', made.queue_time
     from made, generate_series(0, 4) as n`,
    [fixture.ownerId],
  )
  // The one table's are new, and the other's of when it was empty: as for a while after a burst of jobs.
  await dataSource.query(`analyze job_tasks`)
  const begin = performance.now()
  const claimed = await claimTasks(dataSource, { worker: 'pool-test', leaseMs: 60_000, slots: 8 })
  // A tenth of a second, or 8 s when each organisation's tasks are looked for among everybody's jobs.
  expect(performance.now() - begin).toBeLessThan(2_500)
  expect(new Set(claimed.map(({ organizationId }) => organizationId)).size).toBe(8)
})
