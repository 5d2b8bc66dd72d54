import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import { LOG_MAX_BYTES } from '../job-changes.ts'
import { stopJob } from '../job-endings.ts'
import { listResults, listTasks, lockJob } from '../job-store.ts'
import { holdJob, releaseJob } from '../operations/job-holds.ts'
import { listWorkers, setWorkerState } from '../operations/worker-store.ts'
import { containerLoad } from '../queue/container-load.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../testing/jobs-fixture.ts'
import { type Doing, MadeUpRun, storeOutput, untilAborted } from '../testing/made-up-run.ts'
import { probeService } from '../testing/probe-service.ts'
import { stepService } from '../testing/step-service.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { submitSteps } from '../testing/submit-steps.ts'
import { cleanUpJob } from './clean-up.ts'

const services = [probeService, stepService]

describe('a task that is run elsewhere', () => {
  let fixture: JobsFixture
  let elsewhere: MadeUpRun
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    fixture.database.dataSource.query(sql, values)
  const worker = (more = {}) =>
    fixture.worker({ services, externalRuns: { steps: elsewhere }, externalConcurrency: 4, ...more })
  const statesOf = async (job: string) =>
    (await listTasks(fixture.database.dataSource, job, -1, 100)).map(({ state }) => state)
  const linesOf = async (job: string) =>
    (await fixture.events(job)).flatMap((event) => (event.kind === 'log' ? [event.payload] : []))
  const stop = (jobId: string) =>
    change(jobId, (manager, job) =>
      stopJob(manager, job, 'ABORTED', {
        reason: 'CANCELLED_BY_USER',
        message: 'Stopped.',
        transient: false,
      }),
    )
  const change = (jobId: string, act: (...given: Parameters<typeof releaseJob>) => Promise<unknown>) =>
    inTransaction(fixture.database.dataSource, async (manager) => {
      const job = await lockJob(manager, jobId)
      if (job === undefined) throw new Error('the job is gone')
      await act(manager, job)
    })
  const begun = (count: number) => fixture.eventually(async () => elsewhere.begun.length === count)
  /** Holds tasks until they are let go or aborted; what goesOn() told after each abort. */
  const held = () => {
    const told: boolean[] = []
    const doing: Doing = async (task) => {
      try {
        return await untilAborted(task)
      } finally {
        told.push(await task.goesOn())
      }
    }
    return { told, doing }
  }

  beforeEach(async () => {
    fixture = await jobsFixture()
    elsewhere = new MadeUpRun(async (task) => ({
      outputs: [await storeOutput(fixture.objects, task, `of ${task.index}`)],
      usedSeconds: 1.5,
    }))
  })
  afterEach(() => fixture.end())

  it('is given what it needs to know, and its files become results', async () => {
    elsewhere.does(async (task) => {
      task.log('hello', 3)
      task.log('of the step')
      task.progress(0.5)
      return {
        outputs: [await storeOutput(fixture.objects, task, 'made')],
        usedSeconds: 4.25,
        value: { n: 1 },
      }
    })
    await worker()
    const job = await submitSteps(fixture, ['.a', 'b<.a'])
    await fixture.ended(job)
    expect(elsewhere.begun.map(({ index }) => index)).toEqual([0, 1])
    expect(elsewhere.begun[0]).toMatchObject({
      jobId: job,
      organizationId: fixture.organizationId,
      ownerId: fixture.ownerId,
      run: 1,
      payload: { name: '.a' },
      attempt: { jobId: job, index: 0, attempt: 1 },
      outputLimitBytes: stepService.limits.outputBytes,
    })
    expect(elsewhere.begun[0]?.remainingMs).toBeGreaterThan(50_000)
    const results = await listResults(fixture.database.dataSource, job)
    expect(results.map(({ taskIndex, objectKey }) => [taskIndex, objectKey])).toEqual([
      [1, `jobs/${job}/1-r1/0`],
    ])
    expect(await linesOf(job)).toEqual([
      { task: 0, text: 'hello', container: 3 },
      { task: 0, text: 'of the step' },
      { task: 1, text: 'hello', container: 3 },
      { task: 1, text: 'of the step' },
    ])
    expect(await query('select used_seconds, value from job_tasks order by index')).toEqual([
      { used_seconds: 4.25, value: { n: 1 } },
      { used_seconds: 4.25, value: { n: 1 } },
    ])
    await cleanUpJob(fixture.database.dataSource, fixture.objects, job)
    expect(await fixture.storedKeys()).toEqual([expect.stringContaining(`${job}/1-r1/0`)])
  })

  it('is left in the queue by workers that cannot run it, which do the rest', async () => {
    await fixture.worker({ services })
    const steps = await submitSteps(fixture, ['a'])
    await fixture.ended(await submitProbe(fixture, ['write x']))
    expect(await statesOf(steps)).toEqual(['WAITING'])
    expect(await listWorkers(fixture.database.dataSource)).toMatchObject([{ containerSlots: 0 }])
    expect(await containerLoad(fixture.database.dataSource)).toMatchObject({
      slots: 0,
      waiting: 1,
      lastSeen: undefined,
    })
    await worker()
    await fixture.ended(steps)
  })

  it('takes no place of tasks that run here, nor they of it', async () => {
    const { doing } = held()
    elsewhere.does(doing)
    await worker({ concurrency: 1 })
    await submitSteps(fixture, ['a', 'b', 'c', 'd', 'e', 'f'])
    await begun(4)
    await fixture.ended(await submitProbe(fixture, ['write x', 'write y']))
    expect(elsewhere.begun).toHaveLength(4)
    expect(await listWorkers(fixture.database.dataSource)).toMatchObject([
      { concurrency: 1, runningTasks: 0, containerSlots: 4, runningContainerTasks: 4 },
    ])
    expect(await containerLoad(fixture.database.dataSource)).toMatchObject({
      slots: 4,
      running: 4,
      waiting: 2,
      lastSeen: expect.any(Date),
    })
  })

  it('fails with its reason, is tried again as another run, and leaves nothing of the run that failed', async () => {
    elsewhere.does(async (task) => {
      await storeOutput(fixture.objects, task, 'half')
      if (task.run === 1) throw new ExecutionFailed('EVICTED', 'The node had no room.', true)
      throw new ExecutionFailed('CONTAINER_FAILED', 'It exited with 3.', false)
    })
    await worker()
    const job = await submitSteps(fixture, ['a', 'b<a'])
    const events = await fixture.ended(job)
    expect(errorOf(events)).toMatchObject({
      reason: 'CONTAINER_FAILED',
      message: 'a failed: It exited with 3.',
    })
    expect(elsewhere.begun.map(({ run, attempt }) => [run, attempt.attempt])).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(await statesOf(job)).toEqual(['FAILED', 'CANCELLED'])
    await fixture.eventually(async () => (await fixture.storedKeys()).length === 0)
  })

  it('goes on with the same run on another worker when its own is stopped, and keeps what it has stored', async () => {
    const { told, doing } = held()
    elsewhere.does(async (task) => {
      await storeOutput(fixture.objects, task, 'of the first attempt')
      return doing(task)
    })
    const first = await worker()
    const job = await submitSteps(fixture, ['a'])
    await begun(1)
    elsewhere.does(async (task) => ({
      outputs: [await storeOutput(fixture.objects, task, 'done')],
      usedSeconds: 1,
    }))
    await first.stop()
    expect(told).toEqual([true])
    expect(await fixture.storedKeys()).toHaveLength(1)
    await worker()
    await fixture.ended(job)
    expect(elsewhere.begun.map(({ run, attempt }) => [run, attempt.attempt])).toEqual([
      [1, 1],
      [1, 2],
    ])
    expect(await listResults(fixture.database.dataSource, job)).toHaveLength(1)
  })

  it('goes on with the same run when its lease was lost to another worker', async () => {
    const { told, doing } = held()
    elsewhere.does(doing)
    await worker()
    const job = await submitSteps(fixture, ['a'])
    await begun(1)
    await query(`update job_tasks set lease_owner = 'another', lease_expires_at = now() - interval '1 s'`)
    await begun(2)
    expect(elsewhere.begun[1]).toMatchObject({ run: 1, attempt: { attempt: 2 } })
    await fixture.eventually(async () => told.length === 1)
    expect(told).toEqual([true])
    expect(await statesOf(job)).toEqual(['RUNNING'])
  })

  it('does not go on when its job has ended meanwhile, and is stopped at once', async () => {
    const { told, doing } = held()
    elsewhere.does(doing)
    await worker({ leaseMs: 60_000 })
    const job = await submitSteps(fixture, ['a', 'b'])
    await begun(2)
    await stop(job)
    await fixture.eventually(async () => told.length === 2)
    expect(told).toEqual([false, false])
    expect(await statesOf(job)).toEqual(['CANCELLED', 'CANCELLED'])
    expect((await fixture.events(job)).map(phaseOf).filter((phase) => phase === 'ABORTED')).toHaveLength(1)
  })

  it('does not go on when another task of its job has failed', async () => {
    const { told, doing } = held()
    elsewhere.does(async (task) => {
      if (task.index === 0) return doing(task)
      throw new ExecutionFailed('CONTAINER_FAILED', 'It exited with 3.', false)
    })
    await worker({ leaseMs: 60_000 })
    const job = await submitSteps(fixture, ['a', 'b'])
    await fixture.ended(job)
    await fixture.eventually(async () => told.length === 1)
    expect(told).toEqual([false])
  })

  it('does not go on while the operator suspends its job, and begins with the same run after that', async () => {
    const { told, doing } = held()
    elsewhere.does(doing)
    await worker({ leaseMs: 60_000 })
    const job = await submitSteps(fixture, ['a'])
    await begun(1)
    await change(job, (manager, locked) => holdJob(manager, locked, 'maintenance', fixture.ownerId))
    await fixture.eventually(async () => told.length === 1)
    expect(told).toEqual([false])
    await change(job, releaseJob)
    await begun(2)
    expect(elsewhere.begun[1]).toMatchObject({ run: 1, attempt: { attempt: 2 } })
  })

  it('is handed back by a worker that is drained, and not taken until it is active again', async () => {
    const { told, doing } = held()
    elsewhere.does(doing)
    await worker({ leaseMs: 60_000 })
    const job = await submitSteps(fixture, ['a'])
    await begun(1)
    const [{ id } = { id: '' }] = await listWorkers(fixture.database.dataSource)
    await setWorkerState(fixture.database.dataSource, id, 'DRAINING')
    await fixture.eventually(async () => (await statesOf(job))[0] === 'WAITING')
    expect(told).toEqual([true])
    await setWorkerState(fixture.database.dataSource, id, 'ACTIVE')
    await begun(2)
  })

  it('may take less by itself than its job: that fails the task, and the job for the reason', async () => {
    elsewhere.does(async () => {
      throw new ExecutionFailed('EXECUTION_DURATION_EXCEEDED', 'It ran for longer than 10 s.', false)
    })
    await worker()
    const job = await submitSteps(fixture, ['a'])
    expect(errorOf(await fixture.ended(job))).toMatchObject({
      reason: 'EXECUTION_DURATION_EXCEEDED',
      message: 'a failed: It ran for longer than 10 s.',
    })
  })

  it('ends its job when the time of that is over', async () => {
    elsewhere.does(async ({ remainingMs }) => {
      await new Promise((resolve) => setTimeout(resolve, remainingMs))
      throw new ExecutionFailed('EXECUTION_DURATION_EXCEEDED', 'The job has run for long enough.', false)
    })
    // Not the sweep, but the attempt itself tells.
    await worker({ sweepMs: 60_000 })
    const job = await submitSteps(fixture, ['a'], { executionDurationMs: 300 })
    expect(errorOf(await fixture.ended(job))).toMatchObject({
      reason: 'EXECUTION_DURATION_EXCEEDED',
      message: 'The job has run for long enough.',
    })
  })

  it('may log without end: what is kept is bounded, and says that the rest is left out', async () => {
    const line = 'x'.repeat(1_000)
    let given = 0
    elsewhere.does(async (task) => {
      // As fast as it can, with room for what else is to be done.
      for (let burst = 0; burst < 200; burst++) {
        for (let each = 0; each < 5_000; each++) task.log(line, burst < 100 ? 0 : (burst % 7) + 1)
        given += 5_000 * line.length
        await new Promise((resolve) => setImmediate(resolve))
      }
      task.log('the last line')
      return { outputs: [], usedSeconds: 1 }
    })
    await worker()
    const before = process.memoryUsage().heapUsed
    const job = await submitSteps(fixture, ['a'])
    await fixture.ended(job)
    expect(given).toBe(1_000_000_000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 1024 ** 2)
    const lines = await linesOf(job)
    const kept = lines.reduce((sum, { text }) => sum + text.length, 0)
    expect(kept).toBeGreaterThan(100_000)
    expect(kept).toBeLessThan(1.2 * 1024 ** 2)
    expect(kept).toBeLessThan(LOG_MAX_BYTES)
    expect(lines.filter(({ text }) => text.includes('left out')).length).toBeGreaterThan(0)
  }, 30_000)

  it('keeps what its tasks completed of a job that failed, for another try, until the job goes', async () => {
    const make = async (task: Parameters<Doing>[0]) => ({
      outputs: [await storeOutput(fixture.objects, task, 'kept')],
      usedSeconds: 1,
    })
    elsewhere.does(async (task) => {
      if (task.index < 1) return make(task)
      throw new ExecutionFailed('CONTAINER_FAILED', 'It exited with 3.', false)
    })
    await worker()
    const job = await submitSteps(fixture, ['a', 'b<a'])
    await fixture.ended(job)
    await cleanUpJob(fixture.database.dataSource, fixture.objects, job)
    expect(await fixture.storedKeys()).toEqual([expect.stringContaining(`${job}/0-r1/0`)])
    await query(`update jobs set destruction_time = now() - interval '1 s' where id = $1`, [job])
    await fixture.eventually(async () => (await fixture.storedKeys()).length === 0)
  })
})
