import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findJob, listTasks } from '../job-store.ts'
import { setWorkerState, type WorkerState } from '../operations/worker-store.ts'
import { claimTasks } from '../queue/claim-tasks.ts'
import { StrandedJobs } from '../queue/stranded-jobs.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'

describe('the state that operators give a worker', () => {
  let fixture: JobsFixture
  const query = (sql: string, values: unknown[] = []) => fixture.database.dataSource.query(sql, values)
  const setState = async (state: WorkerState, which = 'true') => {
    for (const { id } of await query(`select id from job_workers where ${which}`)) {
      await setWorkerState(fixture.database.dataSource, id, state)
    }
  }
  const executing = (job: string) =>
    fixture.until(job, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
  const tasks = (job: string) => listTasks(fixture.database.dataSource, job, -1, 10)
  const find = (job: string) => findJob(fixture.database.dataSource, fixture.organizationId, job)

  beforeEach(async () => {
    fixture = await jobsFixture()
  })
  afterEach(() => fixture.end())

  it('PAUSED lets what runs go on and takes nothing more, until it is ACTIVE again', async () => {
    const gate = join(fixture.folder, 'gate')
    // A heartbeat takes long here: the notice is what tells.
    await fixture.worker({ leaseMs: 60_000 })
    const running = await submitProbe(fixture, [`wait ${gate}`])
    await executing(running)
    await setState('PAUSED')
    const waiting = await submitProbe(fixture, ['write later'])
    await writeFile(gate, '')
    await fixture.ended(running)
    expect(await tasks(running)).toMatchObject([{ state: 'COMPLETED', attempt: 1 }])
    expect(await tasks(waiting)).toMatchObject([{ state: 'WAITING', attempt: 0 }])
    await setState('ACTIVE')
    await fixture.ended(waiting)
  })

  it('DRAINING gives what runs to other workers, at no cost', async () => {
    const gate = join(fixture.folder, 'gate')
    await fixture.worker({ leaseMs: 60_000 })
    const job = await submitProbe(fixture, [`wait ${gate}`], { maxAttempts: 1 })
    await executing(job)
    const [drained] = await query(`select id, host, concurrency from job_workers`)
    expect(drained).toMatchObject({ concurrency: 2 })
    await fixture.worker({ leaseMs: 60_000 })
    await setState('DRAINING', `id = '${drained.id}'`)
    await fixture.eventually(async () => {
      const [row] = await query(`select lease_owner, attempt from job_tasks where job_id = $1`, [job])
      return row.lease_owner !== null && row.lease_owner !== drained.id && row.attempt === 2
    })
    await writeFile(gate, '')
    await fixture.ended(job)
    expect(await query(`select number, worker, reason from job_task_attempts`)).toEqual([
      { number: 1, worker: drained.id, reason: 'RELEASED' },
    ])
  })

  it('of all workers makes jobs SUSPENDED that have begun, until one takes tasks again', async () => {
    const { dataSource } = fixture.database
    await fixture.worker({ leaseMs: 60_000 })
    await setState('PAUSED')
    const job = await submitProbe(fixture, ['write a', 'write b'])
    const [first] = await claimTasks(dataSource, { worker: 'pool-gone', leaseMs: 0, slots: 1 })
    expect(first).toBeDefined()
    const stranded = new StrandedJobs(0)
    // What runs keeps the job going: its worker may end it yet.
    expect(await stranded.suspend(dataSource)).toBe(0)
    // The sweep finds that worker's lease run out.
    await fixture.eventually(async () => (await tasks(job)).every(({ state }) => state === 'WAITING'))
    expect(await new StrandedJobs(60_000).suspend(dataSource)).toBe(0)
    expect(await stranded.suspend(dataSource)).toBe(1)
    expect(await find(job)).toMatchObject({ phase: 'SUSPENDED', phaseNote: { reason: 'NO_WORKERS' } })
    await setState('ACTIVE')
    const events = await fixture.ended(job)
    expect(events.map(phaseOf).filter((phase) => phase !== undefined)).toEqual([
      'PENDING',
      'QUEUED',
      'EXECUTING',
      'SUSPENDED',
      'EXECUTING',
      'COMPLETED',
    ])
  })

  it('does not count for jobs while a worker is ACTIVE', async () => {
    const { dataSource } = fixture.database
    await submitProbe(fixture, ['write a', 'write b'])
    await claimTasks(dataSource, { worker: 'pool-gone', leaseMs: 60_000, slots: 1 })
    await query(`update job_tasks set state = 'WAITING', lease_owner = null, lease_expires_at = null`)
    await query(
      `insert into job_workers (id, lease_expires_at) values ('pool-there', now() + interval '1 minute')`,
    )
    expect(await new StrandedJobs(0).suspend(dataSource)).toBe(0)
  })
})
