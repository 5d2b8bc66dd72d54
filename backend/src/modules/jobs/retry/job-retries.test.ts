import { Readable } from 'node:stream'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { ObjectNotFound } from '../../../ports/objects.ts'
import type { Actor } from '../actor.ts'
import { keptPrefix, runPrefix, type TaskOutput } from '../job.ts'
import { defaultJobLimits } from '../job-limits.ts'
import { listResults, listTasks } from '../job-store.ts'
import { type ClaimedTask, claimTasks } from '../queue/claim-tasks.ts'
import { resultBytes } from '../result-bytes.ts'
import { type AttemptEnd, endAttempts } from '../task-endings.ts'
import { type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'
import { probeService } from '../testing/probe-service.ts'
import { stepService } from '../testing/step-service.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { submitSteps } from '../testing/submit-steps.ts'
import { cleanUpJob } from '../worker/clean-up.ts'
import type { RetryOrder } from './job-retries.ts'

const lasting = { reason: 'CONTAINER_FAILED', message: 'It exited with 3.', transient: false }

describe('another try of a job that failed', () => {
  let fixture: ModuleFixture
  let alice: Actor
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    fixture.database.dataSource.query(sql, values)
  const claim = () =>
    claimTasks(fixture.database.dataSource, {
      worker: 'pool-test',
      leaseMs: 60_000,
      slots: 99,
      external: true,
    })
  const end = (attempt: ClaimedTask | undefined, as: AttemptEnd) => {
    if (attempt === undefined) throw new Error('nothing was claimed')
    return inTransaction(fixture.database.dataSource, (manager) =>
      endAttempts(manager, [{ attempt, end: as }]),
    )
  }
  const complete = async (attempt: ClaimedTask | undefined) => {
    const key = `${runPrefix(attempt?.jobId ?? '', attempt?.index ?? 0, 1)}0`
    await fixture.objects.put(key, Readable.from([`of ${attempt?.index}`]))
    return end(attempt, { kind: 'completed', outputs: [output(key)], value: null, usedSeconds: 5 })
  }
  const output = (objectKey: string): TaskOutput => ({
    fileName: 'answer.txt',
    mediaType: 'text/plain',
    sizeBytes: 4,
    sha256: '00',
    scanState: 'UNSCANNED',
    sourceId: '',
    stencil: '',
    objectKey,
  })
  /** Steps a and b have completed, c has failed, and d never began. */
  const failedJob = async () => {
    const job = await submitSteps(fixture, ['a', 'b', 'c<a,b', 'd<c'])
    const [a, b] = await claim()
    await complete(a)
    await complete(b)
    await end((await claim())[0], { kind: 'failed', error: lasting })
    return job
  }
  const order = (more: Partial<RetryOrder> = {}): RetryOrder => ({
    requestId: undefined,
    estimate: async () => ({
      sizeBytes: 50,
      durationMs: 20,
      usedSeconds: { expected: 10, atMost: 200, perSecond: 1 },
    }),
    async copy(jobId, kept) {
      const copies = new Map<number, TaskOutput[]>()
      for (const { index, outputs } of kept) {
        const copied: TaskOutput[] = []
        for (const [place, each] of outputs.entries()) {
          const objectKey = `${keptPrefix(jobId, index)}${place}`
          await fixture.objects.put(objectKey, await fixture.objects.get(each.objectKey))
          copied.push({ ...each, objectKey })
        }
        copies.set(index, copied)
      }
      return copies
    },
    ...more,
  })
  const retry = (job: string, more: Partial<RetryOrder> = {}, actor = alice) =>
    fixture.module.retries.retry(actor, job, order(more), new AbortController().signal)
  const statesOf = async (job: string) =>
    (await listTasks(fixture.database.dataSource, job, -1, 100)).map(({ state }) => state)
  const keysBelow = async (job: string) =>
    (await fixture.storedKeys())
      .map((key) => key.split('/objects/')[1] ?? '')
      .filter((key) => key.includes(job))

  beforeAll(async () => {
    fixture = await moduleFixture({
      services: [probeService, stepService],
      limits: { ...defaultJobLimits, unfinishedJobs: 3 },
    })
    alice = {
      organizationId: fixture.organizationId,
      userId: fixture.ownerId,
      displayName: 'Alice',
      permissions: new Set(['jobs.read', 'jobs.submit']),
      managesJobs: false,
    }
  })
  beforeEach(async () => {
    await query('truncate jobs, job_queue_turns cascade')
    await fixture.objects.deletePrefix('jobs/')
  })
  afterAll(() => fixture.end())

  it('keeps what had completed, and runs the rest', async () => {
    const failed = await failedJob()
    const { job } = await retry(failed)
    expect(job).toMatchObject({
      service: 'steps',
      phase: 'QUEUED',
      retryOf: failed,
      taskCount: 4,
      tasksCompleted: 2,
      tasksFailed: 0,
      progress: 0.5,
      needsAllTasks: true,
      quote: { sizeBytes: 100n, usedSeconds: { expected: 20n, atMost: 120n } },
    })
    expect(await statesOf(job.id)).toEqual(['COMPLETED', 'COMPLETED', 'WAITING', 'BLOCKED'])
    const [c, ...more] = await claim()
    expect([c?.index, c?.jobId, more]).toEqual([2, job.id, []])
    await complete(c)
    await complete((await claim())[0])
    const results = await listResults(fixture.database.dataSource, job.id)
    expect(results.map(({ objectKey }) => objectKey)).toEqual([
      `${keptPrefix(job.id, 0)}0`,
      `${keptPrefix(job.id, 1)}0`,
      `${runPrefix(job.id, 2, 1)}0`,
      `${runPrefix(job.id, 3, 1)}0`,
    ])
    await cleanUpJob(fixture.database.dataSource, fixture.objects, job.id)
    expect(await keysBelow(job.id)).toHaveLength(4)
  })

  it.each([
    ['for a week', '30 days', 6],
    ['for as long as it was to be kept, when that is less', '3 days', 2],
  ])('may be asked for %s', async (_what, lifetime, days) => {
    const job = await submitSteps(fixture, ['a', 'b<a'])
    await query(`update jobs set destruction_time = now() + $2::interval where id = $1`, [job, lifetime])
    await complete((await claim())[0])
    await end((await claim())[0], { kind: 'failed', error: lasting })
    expect(
      await query(`select extract(day from destruction_time - now())::int as days from jobs where id = $1`, [
        job,
      ]),
    ).toEqual([{ days }])
  })

  it('goes on from files that count as results do, until the job is deleted', async () => {
    const bytes = () => resultBytes(fixture.database.dataSource, fixture.organizationId)
    const failed = await failedJob()
    expect(await bytes()).toBe(8n)
    await fixture.handlers.deleteJob({ name: `${fixture.parent}/jobs/${failed}` }, fixture.alice)
    expect(await bytes()).toBe(0n)
  })

  it('is of no use to a job whose tasks have all completed, of which nothing is kept', async () => {
    const tooLarge = await submitSteps(fixture, ['a'], { outputLimitBytes: 1 })
    await complete((await claim())[0])
    await cleanUpJob(fixture.database.dataSource, fixture.objects, tooLarge)
    expect(await keysBelow(tooLarge)).toEqual([])
    expect(await resultBytes(fixture.database.dataSource, fixture.organizationId)).toBe(0n)
  })

  it('tells in order what it is, what it keeps and how far it is', async () => {
    const failed = await failedJob()
    const { job } = await retry(failed)
    const events = await fixture.events(job.id)
    expect(events.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n])
    expect(events.map(({ kind, payload }) => ({ kind, payload }))).toEqual([
      { kind: 'phase', payload: { phase: 'PENDING' } },
      {
        kind: 'log',
        payload: { task: -1, text: expect.stringContaining(`${failed}. What had completed is kept: a, b.`) },
      },
      { kind: 'progress', payload: { progress: 0.5 } },
      { kind: 'phase', payload: { phase: 'QUEUED' } },
    ])
  })

  it('may itself fail and be tried again', async () => {
    const first = await retry(await failedJob())
    await complete((await claim())[0])
    await end((await claim())[0], { kind: 'failed', error: lasting })
    await cleanUpJob(fixture.database.dataSource, fixture.objects, first.job.id)
    const { job } = await retry(first.job.id)
    expect(await statesOf(job.id)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED', 'WAITING'])
    expect(await keysBelow(job.id)).toHaveLength(3)
  })

  it('outlives the job that it is a try of', async () => {
    const failed = await failedJob()
    const { job } = await retry(failed)
    await fixture.handlers.deleteJob({ name: `${fixture.parent}/jobs/${failed}` }, fixture.alice)
    await cleanUpJob(fixture.database.dataSource, fixture.objects, failed)
    expect(await query('select id, retry_of from jobs')).toEqual([{ id: job.id, retry_of: null }])
    expect(await keysBelow(job.id)).toHaveLength(2)
  })

  it('is one for each request_id, however often that comes', async () => {
    const failed = await failedJob()
    const requestId = v7()
    const tries = await Promise.all([retry(failed, { requestId }), retry(failed, { requestId })])
    const ids = new Set([...tries, await retry(failed, { requestId })].map(({ job }) => job.id))
    expect(ids.size).toBe(1)
    expect(await query('select id from jobs')).toHaveLength(2)
    // Nothing of the one that came second is left.
    expect(await fixture.storedKeys()).toHaveLength(4)
    await expect(retry(await failedJob(), { requestId })).rejects.toMatchObject({
      reason: 'REQUEST_ID_REUSED',
    })
  })

  it('leaves nothing behind when its files cannot be copied, or it cannot be written', async () => {
    const failed = await failedJob()
    const stored = await fixture.storedKeys()
    const copy: RetryOrder['copy'] = async (jobId, kept, signal) => {
      await order().copy(jobId, kept, signal)
      throw new ObjectNotFound('gone')
    }
    await expect(retry(failed, { copy })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'RESULTS_DELETED',
    })
    expect(await fixture.storedKeys()).toEqual(stored)
    const inserted = async () => {
      throw new Error('the database refuses')
    }
    await expect(retry(failed, { inserted })).rejects.toThrow('the database refuses')
    expect(await query('select id from jobs')).toEqual([{ id: failed }])
    // Whether a COMMIT was lost is not known here; the clean-up that was queued before the copies is.
    const [{ key } = { key: '' }] = await query<{ key: string }>(
      `select key from graphile_worker.jobs where key like 'clean_up:%' and run_at > now() + interval '30 minutes'
       order by run_at desc limit 1`,
    )
    await cleanUpJob(fixture.database.dataSource, fixture.objects, key.slice('clean_up:'.length))
    expect(await fixture.storedKeys()).toEqual(stored)
  })

  it('writes what its service has beside, or nothing at all', async () => {
    const failed = await failedJob()
    const { job } = await retry(failed, {
      async inserted(manager, jobId, kept) {
        await manager.query(`update jobs set run_id = $2 where id = $1`, [
          jobId,
          kept.map(({ index }) => index).join(),
        ])
      },
    })
    expect(await query('select run_id from jobs where id = $1', [job.id])).toEqual([{ run_id: '0,1' }])
  })

  it('counts as a job that its organisation has', async () => {
    const failed = await failedJob()
    for (const name of ['x', 'y', 'z']) await submitProbe(fixture, [`write ${name}`])
    await expect(retry(failed)).rejects.toMatchObject({ reason: 'QUEUED_JOBS_LIMIT' })
  })

  it('is described to its caller as other jobs are', async () => {
    const made = await retry(await failedJob())
    const context = fixture.alice as Parameters<typeof fixture.module.describe>[0]
    expect(await fixture.module.describe(context, made)).toMatchObject({
      name: `${fixture.parent}/jobs/${made.job.id}`,
      phase: 'PHASE_QUEUED',
      tasksCompleted: 2,
    })
  })

  it.each([
    {
      what: 'that has not ended',
      reason: 'JOB_NOT_ENDED',
      job: () => submitSteps(fixture, ['a']),
    },
    {
      what: 'that completed',
      reason: 'JOB_COMPLETED',
      job: async () => {
        const job = await submitSteps(fixture, ['a'])
        await complete((await claim())[0])
        return job
      },
    },
    {
      what: 'whose files are gone',
      reason: 'RESULTS_DELETED',
      job: async () => {
        const job = await failedJob()
        await query(`update jobs set phase = 'ARCHIVED' where id = $1`, [job])
        return job
      },
    },
    {
      what: 'of which all tasks completed, and whose results were too large together',
      reason: 'NOTHING_TO_RETRY',
      job: async () => {
        const job = await submitSteps(fixture, ['a'], { outputLimitBytes: 1 })
        await complete((await claim())[0])
        return job
      },
    },
    {
      what: 'of a service in which others make up for a task that failed',
      reason: 'JOB_NOT_RETRYABLE',
      job: () => submitProbe(fixture, ['write x']),
    },
  ])('is refused of a job $what', async ({ job, reason }) => {
    await expect(retry(await job())).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason })
  })

  it('is refused to others than the owner of the job', async () => {
    const failed = await failedJob()
    const carol = { ...alice, userId: v7(), managesJobs: true }
    await expect(retry(failed, {}, carol)).rejects.toMatchObject({ reason: 'NOT_JOB_OWNER' })
  })
})
