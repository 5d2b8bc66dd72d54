import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attemptPrefix } from '../job.ts'
import { enqueueCleanUp } from '../job-queue.ts'
import { listTasks } from '../job-store.ts'
import { renewLeases } from '../task-store.ts'
import { beforeTransactions } from '../testing/around-transactions.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf, silent } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { cleanUpJob } from '../worker/clean-up.ts'
import { claimTasks } from './claim-tasks.ts'
import { sweep } from './sweep.ts'

describe('a sweep', () => {
  let fixture: JobsFixture
  const claim = async (leaseMs: number) => {
    const [task] = await claimTasks(fixture.database.dataSource, { worker: 'pool-silent', leaseMs, slots: 1 })
    return task
  }
  const sweepOnce = (dataSource = fixture.database.dataSource) => sweep({ dataSource, log: silent })
  const phasesOf = async (job: string) =>
    (await fixture.events(job)).map(phaseOf).filter((phase) => phase !== undefined)

  beforeEach(async () => {
    fixture = await jobsFixture()
  })
  afterEach(() => fixture.end())

  it('ends a job that is overdue though no worker speaks for it', async () => {
    const job = await submitProbe(fixture, ['write a', 'write b'], { executionDurationMs: 1 })
    await claim(60_000)
    await fixture.eventually(async () => {
      await sweepOnce()
      return (await phasesOf(job)).includes('ERROR')
    })
    expect(errorOf(await fixture.events(job))).toMatchObject({ reason: 'EXECUTION_DURATION_EXCEEDED' })
    const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
    expect(tasks.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED'])
  })

  it('leaves a task alone whose lease holds', async () => {
    const job = await submitProbe(fixture, ['write a'])
    await claim(60_000)
    await sweepOnce()
    expect(await listTasks(fixture.database.dataSource, job, -1, 10)).toMatchObject([
      { state: 'RUNNING', attempt: 1 },
    ])
  })

  it('leaves a task alone whose lease is renewed between its look and its decision', async () => {
    const { dataSource } = fixture.database
    const job = await submitProbe(fixture, ['write a'], { maxAttempts: 1 })
    const attempt = await claim(0)
    let renewed = 0
    const renewing = beforeTransactions(dataSource, async () => {
      renewed += (await renewLeases(dataSource, 'pool-silent', [attempt!], 60_000)).length
    })
    await sweepOnce(renewing)
    expect(renewed).toBe(1)
    expect(await listTasks(dataSource, job, -1, 10)).toMatchObject([{ state: 'RUNNING', attempt: 1 }])
  })

  it.each([
    ['deadline_time', 'EXECUTING'],
    ['destruction_time', 'EXECUTING'],
  ])('leaves a job alone whose %s is moved between its look and its decision', async (column, phase) => {
    const { dataSource } = fixture.database
    const job = await submitProbe(fixture, ['write a'])
    await claim(60_000)
    await dataSource.query(`update jobs set ${column} = now() - interval '1 s' where id = $1`, [job])
    let moved = 0
    const moving = beforeTransactions(dataSource, async () => {
      await dataSource.query(`update jobs set ${column} = now() + interval '1 h' where id = $1`, [job])
      moved++
    })
    await sweepOnce(moving)
    expect(moved).toBe(1)
    expect((await phasesOf(job)).at(-1)).toBe(phase)
  })

  it('ends and archives a job at its destruction time, with one terminal event, by many sweeps at once', async () => {
    const job = await submitProbe(fixture, ['write a'])
    await fixture.database.dataSource.query(`update jobs set destruction_time = now() where id = $1`, [job])
    await Promise.all(Array.from({ length: 8 }, () => sweepOnce()))
    expect(await phasesOf(job)).toEqual(['PENDING', 'QUEUED', 'ABORTED', 'ARCHIVED'])
  })

  it.each([
    [
      'a lost task',
      `state = 'RUNNING', lease_owner = 'pool-silent', lease_expires_at = now(), attempt = 1`,
      '',
    ],
    ['an overdue job', `state = 'WAITING'`, `phase = 'EXECUTING', deadline_time = now()`],
    ['an expired job', `state = 'WAITING'`, `destruction_time = now()`],
  ])('does the same for others, and all else, when the database refuses %s', async (_what, task, job) => {
    const { dataSource } = fixture.database
    const refused = await submitProbe(fixture, ['write a'])
    const others = [await submitProbe(fixture, ['write a']), await submitProbe(fixture, ['write a'])]
    await dataSource.query(`update job_tasks set ${task}`)
    if (job !== '') await dataSource.query(`update jobs set ${job}`)
    const expired = await submitProbe(fixture, ['write a'])
    await dataSource.query(`update jobs set destruction_time = now() where id = $1`, [expired])
    await dataSource.query(
      `create function refuse() returns trigger language plpgsql as $$
       begin raise exception using errcode = 'check_violation', message = 'refused'; end $$`,
    )
    await dataSource.query(
      `create trigger refused before update on job_tasks for each row
       when (new.job_id = '${refused}') execute function refuse()`,
    )
    const before = await phasesOf(refused)
    await sweepOnce()
    expect(await phasesOf(refused)).toEqual(before)
    expect(await phasesOf(expired)).toEqual(['PENDING', 'QUEUED', 'ABORTED', 'ARCHIVED'])
    for (const other of others) {
      const [only] = await listTasks(dataSource, other, -1, 10)
      expect(only?.state).toBe(job === '' ? 'WAITING' : 'CANCELLED')
    }
  })

  it('unlocks what a dead worker holds of the queue, and forgets the worker', async () => {
    const { dataSource } = fixture.database
    await enqueueCleanUp(dataSource, fixture.ownerId, 60_000)
    await dataSource.query(`insert into job_workers (id, lease_expires_at) values ('pool-silent', now())`)
    await dataSource.query(
      `update graphile_worker._private_jobs set locked_by = 'pool-silent', locked_at = now()`,
    )
    await sweepOnce()
    const [entry] = await dataSource.query(`select locked_by from graphile_worker.jobs`)
    expect(entry).toEqual({ locked_by: null })
    expect(await dataSource.query(`select id from job_workers`)).toEqual([])
  })
})

describe('the clean-up after a job', () => {
  it('of 10,000 tasks that each have a result does not keep the worker from its other work', async () => {
    const fixture = await jobsFixture()
    try {
      const { dataSource } = fixture.database
      const task = { displayName: 'write a', payload: { act: 'write', argument: 'a' } }
      const job = await submitProbe(fixture, ['write a'], {}, { tasks: Array(10_000).fill(task) })
      await dataSource.query(`update job_tasks set attempt = 1`)
      await dataSource.query(
        `insert into job_results (job_id, name, position, task_index, file_name, media_type, size_bytes, sha256,
           scan_state, source_id, stencil, object_key)
         select job_id, index::text, index + 1, index, 'a', 'text/plain', 1, repeat('0', 64), 'UNSCANNED', '', '',
           'jobs/' || job_id || '/' || index || '-1/0' from job_tasks`,
      )
      const before = process.threadCpuUsage()
      await cleanUpJob(dataSource, fixture.objects, job)
      const { user } = process.threadCpuUsage(before)
      expect(user / 1_000).toBeLessThan(400)
    } finally {
      await fixture.end()
    }
  })

  it('removes what unpublished attempts left, and keeps the results', async () => {
    const fixture = await jobsFixture()
    try {
      await fixture.worker()
      const job = await submitProbe(fixture, ['write kept'])
      await fixture.ended(job)
      await fixture.database.dataSource.query(`update job_tasks set attempt = 3 where job_id = $1`, [job])
      const orphan = `${attemptPrefix(job, 0, 2)}0`
      await fixture.objects.put(orphan, Readable.from(['left by an attempt that was killed']))
      await cleanUpJob(fixture.database.dataSource, fixture.objects, job)
      expect(await fixture.objects.head(orphan)).toBeUndefined()
      expect(await fixture.objects.head(`${attemptPrefix(job, 0, 1)}0`)).toMatchObject({ sizeBytes: 4 })
    } finally {
      await fixture.end()
    }
  })
})
