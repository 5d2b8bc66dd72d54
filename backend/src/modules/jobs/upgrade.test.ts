import { v7 } from 'uuid'
import { expect, test } from 'vitest'
import { migrations } from '../../../../migrations/index.ts'
import { createRequest, moduleFixture } from './testing/module-fixture.ts'

/** The last migration before jobs could be held, shared and kept out of one queue for all. */
const BEFORE = 1763700003001

const timestampOf = (migration: { readonly name: string }) => Number(migration.name.slice(-13))

test('jobs of an installation from before are there after the upgrade, wait, and run to their ends', async () => {
  const fixture = await moduleFixture()
  const { dataSource } = fixture.database
  const upgrade = migrations
    .map((Migration) => new Migration())
    .filter((migration) => timestampOf(migration) > BEFORE)
  const inOneTransaction = async (
    work: (runner: ReturnType<typeof dataSource.createQueryRunner>) => Promise<void>,
  ) => {
    const runner = dataSource.createQueryRunner()
    await runner.startTransaction()
    await work(runner)
    await runner.commitTransaction()
    await runner.release()
  }
  await inOneTransaction(async (runner) => {
    for (const migration of upgrade.toReversed()) await migration.down(runner)
  })
  const phases = ['PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED'] as const
  const jobs = new Map(phases.map((phase) => [phase, v7()]))
  for (const [phase, id] of jobs) {
    await dataSource.query(
      `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
         last_sequence, queue_time, start_time, deadline_time, end_time, destruction_time, execution_duration_ms,
         memory_limit_bytes, output_limit_bytes, quote_size_bytes, quote_duration_ms, task_count, tasks_completed)
       values ($1, $2, $3, 'probe', '', $5, '', $4, 0, case when $4 <> 'PENDING' then now() end,
         case when $4 in ('EXECUTING', 'COMPLETED') then now() end,
         case when $4 in ('EXECUTING', 'COMPLETED') then now() + interval '60 s' end,
         case when $4 = 'COMPLETED' then now() end, now() + interval '1 day', 60000, 268435456, 1048576, 1, 1, 1,
         case when $4 = 'COMPLETED' then 1 else 0 end)`,
      [
        id,
        fixture.organizationId,
        fixture.ownerId,
        phase,
        JSON.stringify([{ name: 'ACT', value: 'write a' }]),
      ],
    )
    await dataSource.query(
      `insert into job_tasks (job_id, index, display_name, payload, state, max_attempts, attempt)
       values ($1, 0, 'write a', '{"act": "write", "argument": "a"}', $2, 3, 0)`,
      [id, phase === 'COMPLETED' ? 'COMPLETED' : 'WAITING'],
    )
  }
  await inOneTransaction(async (runner) => {
    for (const migration of upgrade) await migration.up(runner)
  })

  const get = (id: string | undefined) =>
    fixture.handlers.getJob({ name: `${fixture.parent}/jobs/${id}` }, fixture.alice)
  for (const [phase, id] of jobs) expect(await get(id)).toMatchObject({ phase: `PHASE_${phase}` })
  await fixture.worker()
  const pending = `${fixture.parent}/jobs/${jobs.get('PENDING')}`
  await fixture.handlers.runJob({ name: pending }, fixture.alice)
  const { name } = await fixture.handlers.createJob(createRequest(['write new']), fixture.alice)
  for (const id of [jobs.get('PENDING'), jobs.get('QUEUED'), jobs.get('EXECUTING'), name.split('/').at(-1)]) {
    await fixture.ended(id ?? '')
    expect(await get(id)).toMatchObject({ phase: 'PHASE_COMPLETED', tasksCompleted: 1 })
  }
  await fixture.end()
})
