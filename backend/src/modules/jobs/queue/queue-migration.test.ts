import { afterAll, beforeAll, expect, it } from 'vitest'
import { JobsQueue1763700004000 } from '../../../../../migrations/1763700004000-jobs-queue.ts'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { claimTasks } from './claim-tasks.ts'

let fixture: JobsFixture
beforeAll(async () => {
  fixture = await jobsFixture()
})
afterAll(() => fixture.end())

it('moves what waits from the queue of before into its own, also what a killed worker had locked there', async () => {
  const { dataSource } = fixture.database
  const migration = new JobsQueue1763700004000()
  const migrate = async (way: 'up' | 'down') => {
    const runner = dataSource.createQueryRunner()
    await runner.startTransaction()
    await migration[way](runner)
    await runner.commitTransaction()
    await runner.release()
  }
  const entries = () =>
    dataSource.query(
      `select key, locked_by from graphile_worker.jobs where task_identifier = 'jobs.task' order by key`,
    )
  const waiting = await submitProbe(fixture, ['write a', 'write b'])
  const pending = await submitProbe(fixture, ['write c'], {}, { phase: 'PENDING' })
  await migrate('down')
  expect(await entries()).toEqual([
    { key: `task:${waiting}:0`, locked_by: null },
    { key: `task:${waiting}:1`, locked_by: null },
  ])
  await dataSource.query(
    `update graphile_worker._private_jobs set locked_by = 'pool-dead', locked_at = now() where key = $1`,
    [`task:${waiting}:1`],
  )
  await migrate('up')
  expect(await entries()).toEqual([])
  const claimed = await claimTasks(dataSource, { worker: 'pool-test', leaseMs: 60_000, slots: 9 })
  expect(claimed.map(({ jobId, index }) => [jobId, index])).toEqual([
    [waiting, 0],
    [waiting, 1],
  ])
  expect(await dataSource.query(`select queued_at from job_tasks where job_id = $1`, [pending])).toEqual([
    { queued_at: null },
  ])
})
