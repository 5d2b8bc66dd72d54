import { Registry } from 'prom-client'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { findJob } from '../job-store.ts'
import { endAttempts } from '../task-endings.ts'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { submitSteps } from '../testing/submit-steps.ts'
import { type ClaimedTask, type ClaimRequest, claimTasks } from './claim-tasks.ts'
import { queueMetrics } from './queue-metrics.ts'
import { JOBS_AHEAD_MAX, queuePosition } from './queue-position.ts'
import { StrandedJobs } from './stranded-jobs.ts'

describe('the queue of tasks in containers', () => {
  let fixture: JobsFixture
  const other = v7()
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    fixture.database.dataSource.query(sql, values)
  const claim = (slots: number, external: boolean, more: Partial<ClaimRequest> = {}) =>
    claimTasks(fixture.database.dataSource, {
      worker: 'pool-test',
      leaseMs: 60_000,
      slots,
      external,
      ...more,
    })
  const end = (attempt: ClaimedTask | undefined) => {
    if (attempt === undefined) throw new Error('nothing was claimed')
    return inTransaction(fixture.database.dataSource, (manager) =>
      endAttempts(manager, [{ attempt, end: { kind: 'completed', outputs: [], value: null } }]),
    )
  }
  const find = async (id: string) => {
    const job = await findJob(fixture.database.dataSource, fixture.organizationId, id)
    if (job === undefined) throw new Error('there is no such job')
    return job
  }
  const worker = (concurrency: number, containerSlots: number) =>
    query(
      `insert into job_workers (id, lease_expires_at, concurrency, container_slots)
       values ($1, now() + interval '1 hour', $2, $3)`,
      [v7(), concurrency, containerSlots],
    )
  const share = (claimed: readonly ClaimedTask[], organizationId: string) =>
    claimed.filter((task) => task.organizationId === organizationId).length

  beforeAll(async () => {
    fixture = await jobsFixture()
    await query(
      `insert into organizations (id, slug, display_name, kind) values ($1, 'other', 'Other', 'MEMBER')`,
      [other],
    )
  })
  beforeEach(() =>
    query('truncate jobs, job_queue_turns, organization_job_limits, job_workers, shared_figures cascade'),
  )
  afterAll(() => fixture.end())

  it('is apart from that of others', async () => {
    const steps = await submitSteps(fixture, ['a', 'b'])
    const probe = await submitProbe(fixture, ['write x'])
    expect((await claim(9, false)).map(({ jobId }) => jobId)).toEqual([probe])
    expect((await claim(9, true)).map(({ jobId, external }) => [jobId, external])).toEqual([
      [steps, true],
      [steps, true],
    ])
  })

  it('is shared among organisations by what runs in containers, and not by what else they run', async () => {
    await submitProbe(fixture, Array(6).fill('write x'))
    expect(await claim(6, false)).toHaveLength(6)
    await submitSteps(fixture, ['a', 'b', 'c', 'd'])
    await submitSteps(fixture, ['a', 'b', 'c', 'd'], { organizationId: other })
    const claimed = await claim(4, true)
    expect([share(claimed, fixture.organizationId), share(claimed, other)]).toEqual([2, 2])
  })

  it('holds to the limits that an organisation has for all that it runs', async () => {
    await query(
      `insert into organization_job_limits (organization_id, executing_jobs, running_tasks) values ($1, 2, 3)`,
      [fixture.organizationId],
    )
    await submitProbe(fixture, ['write x', 'write y'])
    expect(await claim(9, false)).toHaveLength(2)
    const steps = await submitSteps(fixture, ['a', 'b'])
    const [a, ...more] = await claim(9, true)
    expect(more).toEqual([])
    // A third job may not begin beside them.
    await query(`update organization_job_limits set running_tasks = 9`)
    await submitSteps(fixture, ['c'])
    expect((await claim(9, true)).map(({ jobId, index }) => [jobId, index])).toEqual([[steps, 1]])
    await end(a)
    expect(await claim(9, true)).toEqual([])
  })

  it('lets later tasks of a job go before jobs that were queued after it', async () => {
    const first = await submitSteps(fixture, ['a', 'b<a'])
    const second = await submitSteps(fixture, ['a'])
    await end((await claim(1, true))[0])
    expect((await claim(1, true)).map(({ jobId, index }) => [jobId, index])).toEqual([[first, 1]])
    expect((await claim(1, true)).map(({ jobId }) => jobId)).toEqual([second])
  })

  it('is what the place of a job in it is told by', async () => {
    await submitProbe(fixture, ['write x'])
    const first = await submitSteps(fixture, ['a'])
    const second = await submitSteps(fixture, ['a'])
    await worker(2, 0)
    expect(await queuePosition(fixture.database.dataSource, await find(second))).toEqual({
      jobsAhead: 1,
      expectedStart: undefined,
    })
    await worker(1, 4)
    const { jobsAhead, expectedStart } = await queuePosition(fixture.database.dataSource, await find(first))
    expect(jobsAhead).toBe(0)
    expect(expectedStart).toBeInstanceOf(Date)
    expect(jobsAhead).toBeLessThan(JOBS_AHEAD_MAX)
  })

  it('suspends jobs that have begun while no worker can run containers, and others not', async () => {
    await worker(2, 0)
    const steps = await submitSteps(fixture, ['a', 'b<a'])
    await end((await claim(1, true))[0])
    const probe = await submitProbe(fixture, ['write x', 'write y'])
    await end((await claim(1, false))[0])
    const stranded = new StrandedJobs(0)
    expect(await stranded.suspend(fixture.database.dataSource)).toBe(1)
    expect(await find(probe)).toMatchObject({ phase: 'EXECUTING' })
    expect(await find(steps)).toMatchObject({
      phase: 'SUSPENDED',
      phaseNote: { reason: 'NO_WORKERS', message: expect.stringContaining('can run containers') },
    })
    // The claim of a worker that can resumes it.
    expect(await claim(1, true)).toMatchObject([{ jobId: steps, index: 1 }])
    expect(await find(steps)).toMatchObject({ phase: 'EXECUTING' })
  })

  it('is counted apart: what scales workers is not what they cannot run', async () => {
    await worker(2, 5)
    await submitSteps(fixture, ['a', 'b', 'c<a'])
    await submitProbe(fixture, ['write x', 'write y', 'write z'])
    await claim(1, true)
    const told = async () => {
      const registry = new Registry()
      queueMetrics(registry, fixture.database.dataSource)
      return registry.metrics()
    }
    await expect.poll(told).toContain('fairlead_queue_tasks{state="ready"} 3\n')
    const text = await told()
    expect(text).toContain('fairlead_queue_tasks{state="running"} 0\n')
    expect(text).toContain('fairlead_queue_container_tasks{state="ready"} 1\n')
    expect(text).toContain('fairlead_queue_container_tasks{state="running"} 1\n')
    expect(text).toContain('fairlead_queue_worker_slots 2\n')
    expect(text).toContain('fairlead_queue_container_slots 5\n')
  })
})
