import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { stopJob } from '../job-endings.ts'
import { enqueueTasks } from '../job-queue.ts'
import { listResults, listTasks, lockJob } from '../job-store.ts'
import { claimTasks } from '../queue/claim-tasks.ts'
import { afterTransactions } from '../testing/around-transactions.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf, processesOf } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'

describe('a jobs worker', () => {
  let fixture: JobsFixture
  const results = (job: string) => listResults(fixture.database.dataSource, job)
  const tasks = (job: string) => listTasks(fixture.database.dataSource, job, -1, 500)
  const cancel = (job: string) =>
    inTransaction(fixture.database.dataSource, async (manager) => {
      const locked = await lockJob(manager, job)
      if (locked === undefined) throw new Error('the job is gone')
      await stopJob(manager, locked, 'ABORTED', {
        reason: 'CANCELLED_BY_USER',
        message: '',
        transient: false,
      })
    })

  beforeAll(async () => {
    fixture = await jobsFixture()
    await fixture.worker()
  })
  afterAll(() => fixture.end())

  it('runs a job end to end, with its events in order and its result stored', async () => {
    const job = await submitProbe(fixture, ['write hello'])
    const events = await fixture.ended(job)
    // Progress is told at intervals of time: a quick task may end before the first.
    const steps = events.filter(({ kind }) => kind !== 'progress')
    expect(steps.map((event) => phaseOf(event) ?? event.kind)).toEqual([
      'PENDING',
      'QUEUED',
      'EXECUTING',
      'log',
      'result',
      'COMPLETED',
    ])
    const progress = events.flatMap((event) => (event.kind === 'progress' ? event.payload.progress : []))
    expect([[], [0.5]]).toContainEqual(progress)
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1))
    const [result] = await results(job)
    expect(result).toMatchObject({
      name: 'answer.txt',
      sizeBytes: 5,
      scanState: 'UNSCANNED',
      stencil: 'hello',
    })
    expect(await fixture.objects.head(result?.objectKey ?? '')).toMatchObject({ sizeBytes: 5 })
    expect(await tasks(job)).toMatchObject([{ state: 'COMPLETED', attempt: 1 }])
  })

  it('runs the tasks of a job in parallel and publishes their results together', async () => {
    const gate = join(fixture.folder, 'gate')
    const job = await submitProbe(fixture, [`wait ${gate}`, 'write b', 'write c'])
    await fixture.eventually(async () => {
      const states = (await tasks(job)).map(({ state }) => state)
      return states.join() === 'RUNNING,COMPLETED,COMPLETED'
    })
    expect(await results(job)).toEqual([])
    await writeFile(gate, '')
    await fixture.ended(job)
    expect((await results(job)).map(({ name, taskIndex }) => [name, taskIndex])).toEqual([
      ['answer.txt', 0],
      ['1-answer.txt', 1],
      ['2-answer.txt', 2],
    ])
  })

  it('tries again what may pass, and leaves nothing of the failed attempt', async () => {
    const job = await submitProbe(fixture, [`flaky ${join(fixture.folder, 'flaky')}`])
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    expect(await tasks(job)).toMatchObject([{ state: 'COMPLETED', attempt: 2 }])
    expect(await results(job)).toHaveLength(1)
  })

  it('does not try again what would fail again, and says what it was', async () => {
    const job = await submitProbe(fixture, ['fail badly'])
    expect(errorOf(await fixture.ended(job))).toMatchObject({
      reason: 'TASK_FAILED',
      message: 'failed as told: badly',
    })
    expect(await tasks(job)).toMatchObject([{ state: 'FAILED', attempt: 1 }])
  })

  it('delivers the results of the tasks that succeeded, and says that others did not', async () => {
    const job = await submitProbe(fixture, ['write a', 'fail b'])
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    const lines = events.flatMap((event) => (event.kind === 'log' ? event.payload.text : []))
    expect(lines).toContain('1 of 2 tasks failed; the results of the others follow.')
    expect(await results(job)).toHaveLength(1)
  })

  it('tells others of the end once, with how many tasks failed and why', async () => {
    const partly = await submitProbe(fixture, ['write good', 'fail badly'])
    const failed = await submitProbe(fixture, ['fail badly'])
    for (const job of [partly, failed]) await fixture.ended(job)
    const told = (job: string) =>
      fixture.database.dataSource.query(
        `select routing_key, payload from outbox
         where payload ->> 'job' = $1 and routing_key ~ '^jobs[.](completed|error|aborted)[.]'`,
        [job],
      )
    expect(await told(partly)).toMatchObject([
      {
        routing_key: `jobs.completed.${fixture.organizationId}`,
        payload: { task_count: 2, tasks_failed: 1, error_message: null, actor: null },
      },
    ])
    expect(await told(failed)).toMatchObject([
      {
        routing_key: `jobs.error.${fixture.organizationId}`,
        payload: {
          task_count: 1,
          tasks_failed: 1,
          error_message: expect.stringContaining('failed as told: badly'),
        },
      },
    ])
  })

  it('takes a crash of the process as a failure of the task, up to its limit, and goes on', async () => {
    const job = await submitProbe(fixture, ['crash'], { maxAttempts: 2 })
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'TASK_CRASHED', transient: true })
    expect(await tasks(job)).toMatchObject([{ attempt: 2 }])
    const next = await submitProbe(fixture, ['write on'])
    expect(phaseOf((await fixture.ended(next)).at(-1)!)).toBe('COMPLETED')
  })

  it('stops a task that outgrows its memory', async () => {
    const job = await submitProbe(fixture, ['grow'])
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'MEMORY_LIMIT_EXCEEDED' })
  })

  it('stops a task whose files outgrow the limit', async () => {
    const job = await submitProbe(fixture, ['flood 2000000'])
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'OUTPUT_LIMIT_EXCEEDED' })
    expect(await results(job)).toEqual([])
  })

  it('refuses results that are within the limit by themselves and beyond it together', async () => {
    const job = await submitProbe(fixture, ['flood 600000', 'flood 600000'])
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'OUTPUT_LIMIT_EXCEEDED' })
    expect(await results(job)).toEqual([])
  })

  it('ends a job that runs beyond its execution duration, even when its code never yields', async () => {
    const job = await submitProbe(fixture, ['spin'], { executionDurationMs: 300 })
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'EXECUTION_DURATION_EXCEEDED' })
    expect(await tasks(job)).toMatchObject([{ state: 'CANCELLED' }])
  })

  it('goes on with a job whose execution duration was made longer while it ran', async () => {
    const gate = join(fixture.folder, 'longer')
    const job = await submitProbe(fixture, [`wait ${gate}`], { executionDurationMs: 2_000 })
    await fixture.until(job, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    await fixture.database.dataSource.query(
      `update jobs set deadline_time = deadline_time + interval '1 hour' where id = $1`,
      [job],
    )
    await fixture.eventually(async () => (await tasks(job))[0]?.attempt === 2)
    await writeFile(gate, '')
    expect(phaseOf((await fixture.ended(job)).at(-1)!)).toBe('COMPLETED')
  })

  it('kills the process of a cancelled job, though it ignores SIGTERM', async () => {
    const job = await submitProbe(fixture, ['stubborn'])
    await fixture.until(job, (events) => events.some(({ kind }) => kind === 'log'))
    const before = await processesOf('probe-runner')
    await cancel(job)
    await fixture.eventually(async () => {
      const now = await processesOf('probe-runner')
      return before.some((pid) => !now.includes(pid))
    })
    expect((await fixture.events(job)).filter((event) => phaseOf(event) === 'ABORTED')).toHaveLength(1)
    expect(await tasks(job)).toMatchObject([{ state: 'CANCELLED' }])
  })

  it('never runs a waiting task of a cancelled job', async () => {
    const gate = join(fixture.folder, 'never')
    const blockers = [
      await submitProbe(fixture, [`wait ${gate}`]),
      await submitProbe(fixture, [`wait ${gate}`]),
    ]
    for (const blocker of blockers) {
      await fixture.until(blocker, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    }
    const job = await submitProbe(fixture, ['write no'])
    await cancel(job)
    // Even when it is put into the queue once more.
    await enqueueTasks(fixture.database.dataSource, job)
    await writeFile(gate, '')
    for (const blocker of blockers) await fixture.ended(blocker)
    const last = await submitProbe(fixture, ['write last'])
    await fixture.ended(last)
    expect(await tasks(job)).toMatchObject([{ state: 'CANCELLED', attempt: 0 }])
    expect((await fixture.events(job)).map(phaseOf)).toEqual(['PENDING', 'QUEUED', 'ABORTED'])
  })

  it('keeps a chatty task within its lines, in few transactions', async () => {
    const job = await submitProbe(fixture, ['chatter 5000'])
    const lines = (await fixture.ended(job)).filter(({ kind }) => kind === 'log')
    expect(lines).toHaveLength(2000)
    const [{ version } = { version: 0 }] = await fixture.database.dataSource.query(
      `select version::int from jobs where id = $1`,
      [job],
    )
    // One transaction for each interval that it ran, which is longer on a busy machine, and not one for each line.
    expect(version).toBeLessThan(200)
  })

  it('archives a job at its destruction time: the content goes, the record stays', async () => {
    const job = await submitProbe(fixture, ['write gone'])
    await fixture.ended(job)
    const [result] = await results(job)
    await fixture.database.dataSource.query(`update jobs set destruction_time = now() where id = $1`, [job])
    const events = await fixture.until(job, (seen) => seen.some((event) => phaseOf(event) === 'ARCHIVED'))
    expect(
      events
        .map(phaseOf)
        .filter((phase) => phase !== undefined)
        .slice(-2),
    ).toEqual(['COMPLETED', 'ARCHIVED'])
    await fixture.eventually(async () => (await fixture.objects.head(result?.objectKey ?? '')) === undefined)
    expect(await results(job)).toEqual([])
  })
})

describe('a worker that loses the answer to a COMMIT', () => {
  it('leaves the results of the job that it ended', async () => {
    const fixture = await jobsFixture()
    try {
      const { dataSource } = fixture.database
      const job = await submitProbe(fixture, ['write kept'])
      let lost = false
      await fixture.worker({
        dataSource: afterTransactions(dataSource, async () => {
          lost = (await fixture.events(job)).some((event) => phaseOf(event) === 'COMPLETED')
          if (lost) throw new Error('Connection terminated unexpectedly')
        }),
      })
      await fixture.ended(job)
      await fixture.stopWorkers()
      expect(lost).toBe(true)
      const [result] = await listResults(dataSource, job)
      expect(await fixture.objects.head(result?.objectKey ?? '')).toMatchObject({ sizeBytes: 4 })
    } finally {
      await fixture.end()
    }
  })
})

describe('two workers and one task', () => {
  let fixture: JobsFixture
  beforeAll(async () => {
    fixture = await jobsFixture()
  })
  afterAll(() => fixture.end())

  it('lets one of many claims win, and the job starts once', async () => {
    const { dataSource } = fixture.database
    const job = await submitProbe(fixture, ['write once', 'write twice'])
    const claims = await Promise.all(
      [...Array(10).keys()].map((worker) =>
        claimTasks(dataSource, { worker: `w${worker}`, leaseMs: 60_000, slots: 1 }),
      ),
    )
    expect(
      claims
        .flat()
        .map(({ index }) => index)
        .sort(),
    ).toEqual([0, 1])
    expect((await fixture.events(job)).map(phaseOf)).toEqual(['PENDING', 'QUEUED', 'EXECUTING'])
  })

  it('gives a task whose lease ran out to another worker, by the clock of the database', async () => {
    const { dataSource } = fixture.database
    const job = await submitProbe(fixture, ['write saved'])
    expect(await claimTasks(dataSource, { worker: 'dead', leaseMs: 1, slots: 1 })).toHaveLength(1)
    await fixture.worker()
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    expect(events.filter((event) => phaseOf(event) === 'EXECUTING')).toHaveLength(1)
  })

  it('hands what it runs to another worker when it is stopped, at no attempt of its limit', async () => {
    const gate = join(fixture.folder, 'handover')
    const first = await fixture.worker()
    const job = await submitProbe(fixture, [`wait ${gate}`], { maxAttempts: 1 })
    await fixture.until(job, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    await fixture.stopWorkers()
    await first.stop()
    await fixture.worker()
    await writeFile(gate, '')
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    expect(existsSync(join(fixture.folder, 'scratch'))).toBe(true)
  })
})
