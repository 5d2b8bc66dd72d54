import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { reconcile } from './reconcile.ts'
import { type RunFixture, runFixture } from './testing/run-fixture.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })
const PATIENCE = { timeout: 120_000, interval: 50 }

let fixture: RunFixture
beforeAll(async () => {
  fixture = await runFixture()
})
afterAll(() => fixture?.end())

const removed = async () =>
  (await fixture.registry.getSingleMetric('fairlead_workflow_orphans_removed_total')?.get())?.values[0]?.value
/** Takes a step, and leaves its container running as a worker does that is killed. */
const abandoned = async () => {
  const jobId = await fixture.addJob([fixture.payload('sleep 600')])
  const step = await fixture.take(jobId)
  const run = step.run()
  await expect
    .poll(async () => (await fixture.containersOf(jobId)).map(({ state }) => state), PATIENCE)
    .toEqual(['RUNNING'])
  step.stop.abort(new Error('killed'))
  await run.catch(() => undefined)
  return jobId
}
const jobsOf = async () => (await fixture.containers.list()).map(({ jobId }) => jobId).sort()
const stateOf = async (jobId: string) => (await fixture.containersOf(jobId))[0]?.['state']

test('an hour after whatever became of their jobs, nothing is left of steps that nobody needs', async () => {
  const ends = {
    cancelled: `state = 'CANCELLED', lease_owner = null, lease_expires_at = null`,
    failed: `state = 'FAILED', lease_owner = null, lease_expires_at = null`,
    'in another run': `failures = failures + 1`,
    'suspended by the operator': `state = 'WAITING', queued_at = null, lease_owner = null, lease_expires_at = null`,
  }
  const waits = `state = 'WAITING', queued_at = now(), lease_owner = null, lease_expires_at = null`
  const orphans: string[] = []
  for (const change of Object.values(ends)) {
    const jobId = await abandoned()
    await fixture.setTask(jobId, 0, change)
    orphans.push(jobId)
  }
  const deleted = await abandoned()
  await fixture.database.dataSource.query('delete from job_tasks where job_id = $1', [deleted])
  await fixture.database.dataSource.query('delete from jobs where id = $1', [deleted])
  const needed = [await abandoned(), await abandoned()].sort()
  await fixture.setTask(needed[0]!, 0, waits)
  expect(await jobsOf()).toEqual([...orphans, deleted, ...needed].sort())

  // A minute each; in the first of them the cluster is away.
  fixture.containers.away = true
  await expect(reconcile(fixture.options)).rejects.toThrow('not reached')
  fixture.containers.away = false
  for (let minute = 1; minute < 60; minute += 1) await reconcile(fixture.options)

  expect(await jobsOf()).toEqual(needed)
  expect(await removed()).toBe(orphans.length + 1)
  for (const jobId of orphans) expect(await stateOf(jobId)).toBe('CANCELLED')
  for (const jobId of needed) expect(await stateOf(jobId)).toBe('RUNNING')
  await fixture.containers.clear()
  process.stdout.write(
    `orphans after an hour: 0 of ${orphans.length + 1}; containers that are needed: ${needed.length}\n`,
  )
})

test('one worker of the installation does it at a time', async () => {
  const runner = fixture.database.dataSource.createQueryRunner()
  await runner.query('select pg_advisory_lock(1715103, 0)')
  fixture.containers.away = true
  await reconcile(fixture.options)
  await runner.query('select pg_advisory_unlock(1715103, 0)')
  await runner.release()
  await expect(reconcile(fixture.options)).rejects.toThrow('not reached')
  fixture.containers.away = false
})
