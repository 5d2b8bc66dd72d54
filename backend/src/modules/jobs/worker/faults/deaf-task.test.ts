import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../../database/index.ts'
import { stopJob } from '../../job-endings.ts'
import { lockJob } from '../../job-store.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { faultyExecution, WorkerProcesses } from './testing/worker-process.ts'

// From SIGTERM to SIGKILL are 0.2 s here, and from one look at limits to the next 0.05 s.
const BOUNDED_MS = 5_000

describe('a task that ignores SIGTERM and never yields', () => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  /** The task's process, which it says itself. */
  const pidOf = async (job: string): Promise<number> => {
    const events = await fixture.until(job, (seen) => seen.some(({ kind }) => kind === 'log'))
    const line = events.find((event) => event.kind === 'log')
    return Number(line?.kind === 'log' && line.payload.text)
  }
  const gone = (pid: number) => fixture.eventually(async () => !runs(pid))
  const boundedFrom = (begunMs: number) => expect(performance.now() - begunMs).toBeLessThan(BOUNDED_MS)

  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it('is killed with its job at the execution duration', async () => {
    await fixture.worker(faultyExecution())
    const job = await submitProbe(fixture, ['deaf'], { executionDurationMs: 1_500 })
    const pid = await pidOf(job)
    const begunMs = performance.now()
    expect(runs(pid)).toBe(true)
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'EXECUTION_DURATION_EXCEEDED' })
    await gone(pid)
    boundedFrom(begunMs)
  })

  it('is killed when its job is cancelled', async () => {
    await fixture.worker(faultyExecution())
    const job = await submitProbe(fixture, ['deaf'])
    const pid = await pidOf(job)
    const begunMs = performance.now()
    expect(runs(pid)).toBe(true)
    await inTransaction(fixture.database.dataSource, async (manager) => {
      const locked = await lockJob(manager, job)
      if (locked === undefined) throw new Error('the job is gone')
      const error = { reason: 'CANCELLED_BY_USER', message: '', transient: false }
      await stopJob(manager, locked, 'ABORTED', error)
    })
    await gone(pid)
    boundedFrom(begunMs)
    expect((await fixture.events(job)).filter((event) => phaseOf(event) === 'ABORTED')).toHaveLength(1)
  })

  it('does not keep its worker from stopping, which hands it back', async () => {
    const worker = await fixture.worker(faultyExecution())
    const job = await submitProbe(fixture, ['deaf'])
    const pid = await pidOf(job)
    const begunMs = performance.now()
    await worker.stop()
    boundedFrom(begunMs)
    expect(runs(pid)).toBe(false)
    const [task] = await fixture.database.dataSource.query(
      `select state, lease_owner from job_tasks where job_id = $1`,
      [job],
    )
    expect(task).toEqual({ state: 'WAITING', lease_owner: null })
  })

  it('ends when its worker is killed with SIGKILL', async () => {
    const worker = workers.start()
    const job = await submitProbe(fixture, ['deaf'])
    const pid = await pidOf(job)
    expect(runs(pid)).toBe(true)
    const ended = once(worker, 'exit')
    worker.kill('SIGKILL')
    await ended
    await gone(pid)
  })
})

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
