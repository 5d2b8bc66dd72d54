import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../database/index.ts'
import type { TaskOutput } from './job.ts'
import { listEvents, listResults, listTasks } from './job-store.ts'
import { type ClaimedTask, claimTasks } from './queue/claim-tasks.ts'
import { type AttemptEnd, type Ending, endAttempts, LOSSES_MAX } from './task-endings.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from './testing/jobs-fixture.ts'
import { submitProbe } from './testing/submit-probe.ts'

const passing = { reason: 'PROBE_FLAKY', message: 'Not this time.', transient: true }
const lasting = { reason: 'PROBE_BROKEN', message: 'Never.', transient: false }
const completed: AttemptEnd = { kind: 'completed', outputs: [], value: null }

describe('the ends of attempts', () => {
  let fixture: JobsFixture
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    fixture.database.dataSource.query(sql, values)
  const claim = (slots: number, leaseMs = 60_000) =>
    claimTasks(fixture.database.dataSource, { worker: 'pool-test', leaseMs, slots })
  const endAll = (endings: readonly Ending[]) =>
    inTransaction(fixture.database.dataSource, (manager) => endAttempts(manager, endings))
  const end = (attempt: ClaimedTask | undefined, as: AttemptEnd) => {
    if (attempt === undefined) throw new Error('nothing was claimed')
    return endAll([{ attempt, end: as }])
  }
  const events = (job: string) => listEvents(fixture.database.dataSource, job, 0n, 1_000)
  const statesOf = async (job: string) =>
    (await listTasks(fixture.database.dataSource, job, -1, 100)).map(({ state }) => state)
  const lastPhase = async (job: string) =>
    (await events(job)).map(phaseOf).findLast((phase) => phase !== undefined)
  const backOffOver = () => query(`update job_tasks set ready_at = null`)

  beforeAll(async () => {
    fixture = await jobsFixture()
  })
  beforeEach(() => query('truncate jobs, job_queue_turns cascade'))
  afterAll(() => fixture.end())

  it('are written together for many jobs, a stale one among them counting for nothing', async () => {
    const jobs: string[] = []
    for (let each = 0; each < 4; each++) jobs.push(await submitProbe(fixture, ['write a', 'write b']))
    const claimed = await claim(8)
    const stale = claimed[3]
    await query(`update job_tasks set attempt = attempt + 1 where job_id = $1 and index = $2`, [
      stale?.jobId,
      stale?.index,
    ])
    const counted = await endAll(claimed.toReversed().map((attempt) => ({ attempt, end: completed })))
    expect(counted).toEqual(claimed.toReversed().map((attempt) => attempt !== stale))
    for (const job of jobs)
      expect(await lastPhase(job)).toBe(job === stale?.jobId ? 'EXECUTING' : 'COMPLETED')
  })

  it('never wait for each other in a circle, in whatever order batches name their jobs', async () => {
    for (let each = 0; each < 6; each++) await submitProbe(fixture, Array(6).fill('write a'))
    const claimed = await claim(36)
    const batches = [0, 1, 2, 3, 4, 5].map((turn) => claimed.filter(({ index }) => index === turn))
    const counted = await Promise.all(
      batches.map((batch, place) =>
        endAll(
          (place % 2 === 0 ? batch : batch.toReversed()).map((attempt) => ({ attempt, end: completed })),
        ),
      ),
    )
    expect(counted.flat().every((each) => each)).toBe(true)
    expect(await query(`select distinct phase from jobs`)).toEqual([{ phase: 'COMPLETED' }])
    const deadlocks = await query(
      `select deadlocks::int from pg_stat_database where datname = current_database()`,
    )
    expect(deadlocks).toEqual([{ deadlocks: 0 }])
  })

  it('back off for longer after each failure that may pass, up to the limit of attempts', async () => {
    const job = await submitProbe(fixture, ['write a'], { maxAttempts: 3 })
    const waits: number[] = []
    for (let attempt = 0; attempt < 2; attempt++) {
      const [task] = await claim(1)
      expect(await end(task, { kind: 'failed', error: passing })).toEqual([true])
      expect(await claim(1)).toEqual([])
      const [row] = await query<{ ms: number }>(
        `select extract(epoch from ready_at - now())::double precision * 1000 as ms from job_tasks`,
      )
      waits.push(row?.ms ?? 0)
      await backOffOver()
    }
    expect(waits[0]).toBeGreaterThan(500)
    expect(waits[0]).toBeLessThanOrEqual(1_250)
    expect(waits[1]).toBeGreaterThan(1_500)
    expect(waits[1]).toBeLessThanOrEqual(2_500)
    const [last] = await claim(1)
    await end(last, { kind: 'failed', error: passing })
    expect(errorOf(await events(job))).toMatchObject({ reason: 'PROBE_FLAKY' })
    const attempts = await query(`select number, reason, message from job_task_attempts order by number`)
    expect(attempts).toEqual(
      [1, 2, 3].map((number) => ({ number, reason: passing.reason, message: passing.message })),
    )
  })

  it('do not try again what would fail again', async () => {
    const job = await submitProbe(fixture, ['write a'])
    const [task] = await claim(1)
    await end(task, { kind: 'failed', error: lasting })
    expect(errorOf(await events(job))).toMatchObject({ reason: 'PROBE_BROKEN' })
  })

  it('hand a task back at no cost, and leave no trace of an attempt that had not begun', async () => {
    await submitProbe(fixture, ['write a'], { maxAttempts: 1 })
    const [first] = await claim(1)
    await end(first, { kind: 'released', began: false })
    const [second] = await claim(1)
    expect(second?.attempt).toBe(1)
    await end(second, { kind: 'released', began: true })
    const [third] = await claim(1)
    expect(third?.attempt).toBe(2)
    expect(await query(`select number, reason from job_task_attempts`)).toEqual([
      { number: 1, reason: 'RELEASED' },
    ])
  })

  it('count lost workers apart, and give a task up that may be what ends them', async () => {
    const job = await submitProbe(fixture, ['write a'], { maxAttempts: 1 })
    for (let loss = 1; loss <= LOSSES_MAX; loss++) {
      const [task] = await claim(1, 0)
      expect(task?.attempt).toBe(loss)
      expect(await end(task, { kind: 'lost' })).toEqual([true])
    }
    expect(errorOf(await events(job))).toMatchObject({ reason: 'WORKER_LOST' })
  })

  it('do not take a worker for lost whose lease holds', async () => {
    await submitProbe(fixture, ['write a'])
    const [task] = await claim(1)
    expect(await end(task, { kind: 'lost' })).toEqual([false])
  })

  describe('of a job that is collected', () => {
    const submit = (acts: readonly string[]) =>
      submitProbe(fixture, acts, {}, { collects: true, service: 'gather' })
    const output: TaskOutput = {
      fileName: 'part.txt',
      mediaType: 'text/plain',
      sizeBytes: 4,
      sha256: '00',
      scanState: 'UNSCANNED',
      sourceId: '',
      stencil: '',
      objectKey: 'part',
    }

    it('let the collect begin when all others have ended and one at least completed', async () => {
      const job = await submit(['write a', 'fail b'])
      expect(await statesOf(job)).toEqual(['WAITING', 'WAITING', 'BLOCKED'])
      const [first, second] = await claim(9)
      await end(first, completed)
      expect(await claim(9)).toEqual([])
      await end(second, { kind: 'failed', error: lasting })
      const [collect, ...others] = await claim(9)
      expect(others).toEqual([])
      expect(collect).toMatchObject({ collect: true, index: 2 })
      await end(collect, { kind: 'completed', outputs: [{ ...output, fileName: 'all.txt' }], value: null })
      expect(await lastPhase(job)).toBe('COMPLETED')
      const lines = (await events(job)).flatMap((event) => (event.kind === 'log' ? event.payload.text : []))
      expect(lines).toContain('1 of 2 tasks failed; the results of the others follow.')
    })

    it('publish what the collect made, and not what it was made of', async () => {
      const job = await submit(['write a'])
      const [task] = await claim(1)
      await end(task, { kind: 'completed', outputs: [output], value: { said: 'a' } })
      const [collect] = await claim(1)
      await end(collect, {
        kind: 'completed',
        outputs: [{ ...output, fileName: 'all.txt', objectKey: 'all' }],
        value: null,
      })
      const results = await listResults(fixture.database.dataSource, job)
      expect(results.map(({ fileName, taskIndex }) => [fileName, taskIndex])).toEqual([['all.txt', 1]])
      expect(await query(`select key from graphile_worker.jobs`)).toContainEqual({ key: `clean_up:${job}` })
    })

    it('end the job without a collect when all tasks failed', async () => {
      const job = await submit(['fail a', 'fail b'])
      const claimed = await claim(2)
      await endAll(claimed.map((attempt) => ({ attempt, end: { kind: 'failed', error: lasting } })))
      expect(errorOf(await events(job))).toMatchObject({ message: 'All 2 tasks failed. The first: Never.' })
      expect(await statesOf(job)).toEqual(['FAILED', 'FAILED', 'CANCELLED'])
    })

    it('end the job with the error of its collect when that fails', async () => {
      const job = await submit(['write a'])
      const [task] = await claim(1)
      await end(task, completed)
      const [collect] = await claim(1)
      await end(collect, { kind: 'failed', error: lasting })
      expect(errorOf(await events(job))).toMatchObject({ reason: 'PROBE_BROKEN' })
      expect(await listResults(fixture.database.dataSource, job)).toEqual([])
    })
  })
})
