import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findJob } from '../job-store.ts'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { claimTasks } from './claim-tasks.ts'
import { expectedWaitMs, JOBS_AHEAD_MAX, queuePosition } from './queue-position.ts'

describe('the position of a queued job', () => {
  let fixture: JobsFixture
  const other = v7()
  const query = (sql: string, values: unknown[] = []) => fixture.database.dataSource.query(sql, values)
  const submit = (durationMs: number, organizationId = fixture.organizationId) =>
    submitProbe(
      fixture,
      ['write a', 'write b'],
      {},
      { organizationId, quote: { sizeBytes: 1n, durationMs, taskCount: 2 } },
    )
  const position = async (jobId: string, organizationId = fixture.organizationId) => {
    const job = await findJob(fixture.database.dataSource, organizationId, jobId)
    if (job === undefined) throw new Error('the job is gone')
    const found = await queuePosition(fixture.database.dataSource, job)
    const waitMs = found.expectedStart === undefined ? undefined : found.expectedStart.getTime() - Date.now()
    return { jobsAhead: found.jobsAhead, waitMs }
  }

  beforeAll(async () => {
    fixture = await jobsFixture()
    await query(
      `insert into organizations (id, slug, display_name, kind) values ($1, 'other', 'Other', 'MEMBER')`,
      [other],
    )
  })
  beforeEach(() => query('truncate jobs, job_workers, job_queue_turns cascade'))
  afterAll(() => fixture.end())

  const addWorker = (concurrency: number, state = 'ACTIVE') =>
    query(
      `insert into job_workers (id, concurrency, state, lease_expires_at)
       values ($1, $2, $3, now() + interval '1 minute')`,
      [`pool-${v7()}`, concurrency, state],
    )

  it('counts the jobs of the organisation that were queued before, and no others', async () => {
    const jobs = [await submit(1_000), await submit(1_000), await submit(1_000)]
    const foreign = await submit(1_000, other)
    expect(await Promise.all(jobs.map(async (job) => (await position(job)).jobsAhead))).toEqual([0, 1, 2])
    expect((await position(foreign, other)).jobsAhead).toBe(0)
  })

  it('tells no start while no worker takes tasks', async () => {
    const job = await submit(1_000)
    expect((await position(job)).waitMs).toBeUndefined()
    await addWorker(2, 'PAUSED')
    expect((await position(job)).waitMs).toBeUndefined()
    await addWorker(2)
    expect((await position(job)).waitMs).toBeLessThan(500)
  })

  it('expects the start when what runs and waits before it is done, on the share of its organisation', async () => {
    await addWorker(2)
    await submit(60_000)
    await submit(60_000)
    await claimTasks(fixture.database.dataSource, { worker: 'pool-test', leaseMs: 60_000, slots: 2 })
    const job = await submit(1_000)
    // Two jobs of a minute by two at a time.
    const alone = (await position(job)).waitMs
    expect(alone).toBeGreaterThan(55_000)
    expect(alone).toBeLessThan(65_000)
    await submit(1_000, other)
    // And by one at a time as soon as another organisation takes its share.
    const shared = (await position(job)).waitMs
    expect(shared).toBeGreaterThan(115_000)
    expect(shared).toBeLessThan(125_000)
  })

  it('does not count a long queue to its end', async () => {
    const first = await submit(1_000)
    await query(
      `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase, queue_time,
         destruction_time, execution_duration_ms, memory_limit_bytes, output_limit_bytes, quote_size_bytes,
         quote_duration_ms, task_count)
       select gen_random_uuid(), organization_id, owner_id, service, run_id, parameters, request_hash, phase,
         queue_time - interval '1 hour', destruction_time, execution_duration_ms, memory_limit_bytes,
         output_limit_bytes, quote_size_bytes, quote_duration_ms, task_count
       from jobs, generate_series(1, 3000)`,
    )
    expect((await position(first)).jobsAhead).toBe(JOBS_AHEAD_MAX)
  })
})

describe('the expected wait', () => {
  const idle = {
    queuedMs: 0,
    executingMs: 0,
    jobsAhead: 0,
    jobRoom: 100,
    taskLimit: 0,
    ownRunning: 0,
    slots: 4,
    freeSlots: 4,
    busyOrganizations: 1,
  }
  it.each([
    ['is none on an idle system', {}, 0],
    ['is unknown without workers', { slots: 0, freeSlots: 0 }, undefined],
    ['is what is ahead, by all places', { jobsAhead: 2, queuedMs: 8_000, freeSlots: 0 }, 2_000],
    ['counts what is left of what runs', { freeSlots: 0, executingMs: 4_000 }, 1_000],
    ['shares the places with others', { freeSlots: 0, executingMs: 4_000, busyOrganizations: 2 }, 2_000],
    ['never counts less than one place', { freeSlots: 0, executingMs: 4_000, busyOrganizations: 9 }, 4_000],
    ['keeps to the limit of tasks', { taskLimit: 1, ownRunning: 1, executingMs: 4_000 }, 4_000],
    ['waits for the limit of jobs though places are free', { jobRoom: 0, executingMs: 4_000 }, 1_000],
  ])('%s', (_what, state, waitMs) => {
    expect(expectedWaitMs({ ...idle, ...state })).toBe(waitMs)
  })
})
