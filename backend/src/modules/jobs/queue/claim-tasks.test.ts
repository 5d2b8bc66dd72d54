import fc from 'fast-check'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { findJob, lockJob } from '../job-store.ts'
import { holdJob, releaseJob } from '../operations/job-holds.ts'
import { endAttempts } from '../task-endings.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { type ClaimedTask, type ClaimRequest, claimTasks } from './claim-tasks.ts'

describe('a claim of tasks', () => {
  let fixture: JobsFixture
  const slugs = ['a', 'b', 'c']
  const ids = new Map(slugs.map((slug) => [slug, v7()]))
  const slugOf = (id: string) => slugs.find((slug) => ids.get(slug) === id) ?? id

  /** Queues a job of so many tasks; what is queued later stands behind. */
  const queue = (slug: string, tasks: number) =>
    submitProbe(fixture, Array(tasks).fill('write x'), {}, { organizationId: ids.get(slug) ?? '' })
  const claim = (slots: number, more: Partial<ClaimRequest> = {}) =>
    claimTasks(fixture.database.dataSource, { worker: 'pool-test', leaseMs: 60_000, slots, ...more })
  const end = (tasks: readonly ClaimedTask[]) =>
    inTransaction(fixture.database.dataSource, (manager) =>
      endAttempts(
        manager,
        tasks.map((attempt) => ({ attempt, end: { kind: 'completed', outputs: [], value: null } })),
      ),
    )
  const limit = (slug: string, executingJobs: number | null, runningTasks: number | null) =>
    fixture.database.dataSource.query(
      `insert into organization_job_limits (organization_id, executing_jobs, running_tasks) values ($1, $2, $3)`,
      [ids.get(slug), executingJobs, runningTasks],
    )
  const change = (jobId: string, act: typeof releaseJob) =>
    inTransaction(fixture.database.dataSource, async (manager) => {
      const job = await lockJob(manager, jobId)
      if (job === undefined) throw new Error('the job is gone')
      await act(manager, job)
    })
  const phaseNow = async (slug: string, jobId: string) =>
    (await findJob(fixture.database.dataSource, ids.get(slug) ?? '', jobId))?.phase

  beforeAll(async () => {
    fixture = await jobsFixture()
    for (const slug of slugs) {
      await fixture.database.dataSource.query(
        `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
        [ids.get(slug), `org-${slug}`],
      )
    }
  })
  beforeEach(() =>
    fixture.database.dataSource.query('truncate jobs, job_queue_turns, organization_job_limits cascade'),
  )
  afterAll(() => fixture.end())

  it.each([
    {
      what: 'takes the tasks of one organisation in the order of its jobs and their plans',
      queued: { a: [2, 2] },
      slots: 3,
      shares: { a: 3 },
    },
    {
      what: 'shares equally among those who wait',
      queued: { a: [9], b: [9], c: [9] },
      slots: 6,
      shares: { a: 2, b: 2, c: 2 },
    },
    {
      what: 'gives what one does not need to the others',
      queued: { a: [9], b: [1], c: [9] },
      slots: 7,
      shares: { a: 3, b: 1, c: 3 },
    },
    { what: 'takes no more than there is', queued: { a: [1], b: [1] }, slots: 9, shares: { a: 1, b: 1 } },
    {
      what: 'lets one organisation have everything when it is alone',
      queued: { b: [5, 5] },
      slots: 8,
      shares: { b: 8 },
    },
  ])('$what', async ({ queued, slots, shares }) => {
    for (const [slug, jobs] of Object.entries(queued)) for (const tasks of jobs) await queue(slug, tasks)
    const claimed = await claim(slots)
    expect(countsOf(claimed.map(({ organizationId }) => slugOf(organizationId)))).toEqual(shares)
  })

  it('evens out what runs already: who has fewest running comes first', async () => {
    await queue('a', 9)
    expect(await claim(4)).toHaveLength(4)
    await queue('b', 9)
    const next = await claim(4)
    expect(next.map(({ organizationId }) => slugOf(organizationId))).toEqual(['b', 'b', 'b', 'b'])
    const after = await claim(2)
    expect(after.map(({ organizationId }) => slugOf(organizationId)).sort()).toEqual(['a', 'b'])
  })

  it('lets organisations take turns at a single place, whoever queued first', async () => {
    await queue('a', 9)
    await queue('b', 3)
    await queue('c', 3)
    const turns: string[] = []
    for (let place = 0; place < 6; place++) {
      const claimed = await claim(1)
      turns.push(...claimed.map(({ organizationId }) => slugOf(organizationId)))
      await end(claimed)
    }
    expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('never lets a new organisation wait for more than the places that are taken', async () => {
    await queue('a', 9)
    for (let place = 0; place < 3; place++) await end(await claim(1))
    const running = await claim(1)
    await queue('b', 1)
    await end(running)
    const [next] = await claim(1)
    expect(slugOf(next?.organizationId ?? '')).toBe('b')
  })

  it('is max-min fair: nobody who waits has two tasks fewer running than another got', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          waiting: fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6)),
          claims: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        }),
        async ({ waiting, claims }) => {
          await fixture.database.dataSource.query('truncate jobs, job_queue_turns cascade')
          const left = new Map<string, number>()
          for (const [place, tasks] of waiting.entries()) {
            const slug = slugs[place] ?? ''
            left.set(slug, tasks)
            if (tasks > 0) await queue(slug, tasks)
          }
          const running = new Map(slugs.map((slug) => [slug, 0]))
          for (const slots of claims) {
            const total = [...left.values()].reduce((sum, each) => sum + each, 0)
            const claimed = await claim(slots)
            expect(claimed).toHaveLength(Math.min(slots, total))
            for (const { organizationId } of claimed) {
              const slug = slugOf(organizationId)
              left.set(slug, (left.get(slug) ?? 0) - 1)
              running.set(slug, (running.get(slug) ?? 0) + 1)
            }
            for (const { organizationId } of claimed) {
              const most = running.get(slugOf(organizationId)) ?? 0
              for (const slug of slugs) {
                if ((left.get(slug) ?? 0) > 0) expect(running.get(slug)).toBeGreaterThanOrEqual(most - 1)
              }
            }
          }
        },
      ),
      { numRuns: 15 },
    ))

  it('begins no more jobs of an organisation than it may have executing, and goes on with those it has', async () => {
    await limit('a', 2, null)
    const jobs = [await queue('a', 2), await queue('a', 2), await queue('a', 2)]
    expect((await claim(9)).map(({ jobId }) => jobId)).toEqual([jobs[0], jobs[0], jobs[1], jobs[1]])
    expect(await claim(9)).toEqual([])
    expect(await phaseNow('a', jobs[2] ?? '')).toBe('QUEUED')
  })

  it('finds the tasks of jobs that have begun behind any number that may not', async () => {
    await limit('a', 1, null)
    const first = await queue('a', 3)
    await queue('a', 5)
    const [begun] = await claim(1)
    expect(begun?.jobId).toBe(first)
    // As an attempt that is tried again stands at the head of the queue, and a first job as the last one.
    await fixture.database.dataSource.query(`update jobs set queue_time = now() where id = $1`, [first])
    await fixture.database.dataSource.query(
      `update job_tasks set queued_at = queue_time from jobs where jobs.id = job_id and job_id = $1`,
      [first],
    )
    expect((await claim(9)).map(({ jobId }) => jobId)).toEqual([first, first])
  })

  it('runs no more tasks of an organisation than it may, however many claim at once', async () => {
    await limit('a', null, 3)
    await queue('a', 20)
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, worker) => claim(2, { worker: `pool-${worker}` })),
    )
    expect(claims.flat()).toHaveLength(3)
    await end(claims.flat().slice(0, 1))
    expect(await claim(9)).toHaveLength(1)
  })

  it('gives each task to one of many workers that claim at once, and begins the job once', async () => {
    const job = await queue('a', 12)
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, worker) => claim(3, { worker: `pool-${worker}` })),
    )
    const taken = claims.flat().map(({ index }) => index)
    expect(taken.sort((a, b) => a - b)).toEqual([...Array(12).keys()])
    const phases = (await fixture.events(job)).map(phaseOf)
    expect(phases.filter((phase) => phase === 'EXECUTING')).toHaveLength(1)
  })

  it('takes ahead of free places only what is known to be short, and has never failed', async () => {
    const job = await queue('a', 6)
    expect(await claim(1, { ahead: 2 })).toHaveLength(1)
    await fixture.database.dataSource.query(
      `update job_tasks set losses = 1 where job_id = $1 and index = 2`,
      [job],
    )
    const taken = await claim(1, { ahead: 2, shortServices: ['probe'] })
    expect(taken.map(({ index }) => index)).toEqual([1, 3])
  })

  it('leaves what its worker does not know', async () => {
    await queue('a', 1)
    expect(await claim(1, { services: ['other'] })).toEqual([])
    expect(await claim(1, { services: ['other', 'probe'] })).toHaveLength(1)
  })

  it('never takes tasks of a job that is held, until it is released', async () => {
    const job = await queue('a', 2)
    await change(job, (manager, locked) => holdJob(manager, locked, 'maintenance', v7()))
    expect(await phaseNow('a', job)).toBe('HELD')
    expect(await claim(9)).toEqual([])
    await change(job, releaseJob)
    expect(await claim(9)).toHaveLength(2)
    expect(await phaseNow('a', job)).toBe('EXECUTING')
  })

  it('hands back what runs of a job that is suspended, and moves its deadline by the pause', async () => {
    const { dataSource } = fixture.database
    const job = await queue('a', 2)
    const [begun] = await claim(1)
    const deadline = async () => {
      const [row] = await dataSource.query(
        `select extract(epoch from deadline_time - start_time)::double precision as s from jobs where id = $1`,
        [job],
      )
      return row.s as number
    }
    expect(await deadline()).toBeCloseTo(60, 0)
    await change(job, (manager, locked) => holdJob(manager, locked, 'maintenance', v7()))
    expect(await claim(9)).toEqual([])
    expect(await end(begun === undefined ? [] : [begun])).toEqual([false])
    await dataSource.query(`update jobs set suspended_at = suspended_at - interval '100 s' where id = $1`, [
      job,
    ])
    await change(job, releaseJob)
    expect(await deadline()).toBeCloseTo(160, 0)
    const again = await claim(9)
    expect(again.map(({ index, attempt }) => [index, attempt])).toEqual([
      [0, 2],
      [1, 1],
    ])
    const attempts = await dataSource.query(
      `select index, number, worker, reason from job_task_attempts where job_id = $1`,
      [job],
    )
    expect(attempts).toEqual([{ index: 0, number: 1, worker: 'pool-test', reason: 'RELEASED' }])
  })
})

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
