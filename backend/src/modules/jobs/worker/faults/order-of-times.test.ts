import { afterEach, beforeEach, expect, it } from 'vitest'
import { inTransaction } from '../../../../database/index.ts'
import { stopJob } from '../../job-endings.ts'
import { lockJob } from '../../job-store.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { faultyExecution } from './testing/worker-process.ts'

let fixture: JobsFixture
beforeEach(async () => {
  fixture = await jobsFixture()
})
afterEach(() => fixture.end())

it('a job that is cancelled by a transaction from before its tasks began ends after they did', async () => {
  const { dataSource } = fixture.database
  const job = await submitProbe(fixture, ['stubborn'])
  await inTransaction(dataSource, async (manager) => {
    // From here on now() stands still, as in a transaction that waits for a lock.
    await manager.query('select now()')
    await fixture.worker(faultyExecution())
    await fixture.until(job, (events) => events.some(({ kind }) => kind === 'log'))
    const locked = await lockJob(manager, job)
    if (locked === undefined) throw new Error('the job is gone')
    const error = { reason: 'CANCELLED_BY_USER', message: '', transient: false }
    await stopJob(manager, locked, 'ABORTED', error)
  })
  const events = await fixture.events(job)
  expect(phaseOf(events.at(-1)!)).toBe('ABORTED')
  const times = events.map(({ time }) => time.getTime())
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const [row] = await dataSource.query(
    `select jobs.end_time > max(attempt_start_time) as "endedAfter" from jobs join job_tasks on job_id = id
     where id = $1 group by id`,
    [job],
  )
  expect(row).toEqual({ endedAfter: true })
})
