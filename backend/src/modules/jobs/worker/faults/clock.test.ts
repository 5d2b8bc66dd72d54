import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listTasks } from '../../job-store.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { WorkerProcesses } from './testing/worker-process.ts'

const HOURS = 3_600_000
// Longer than a busy machine makes a process stall.
const LEASE_MS = 4_000

describe.each([
  ['six hours behind', -6 * HOURS, 0],
  ['six hours ahead', 6 * HOURS, 0],
  ['stepping back by an hour again and again', 0, -HOURS],
])('a worker whose clock is %s', (_name, offMs, stepMs) => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  const times = async (job: string) => {
    const [row] = await fixture.database.dataSource.query<
      { started: Date; ended: Date; now: Date; ranMs: number }[]
    >(
      `select start_time as started, end_time as ended, now() as now,
         extract(epoch from end_time - start_time)::float8 * 1000 as "ranMs"
       from jobs where id = $1`,
      [job],
    )
    return row!
  }
  const start = () => {
    const child = workers.start({
      preload: new URL('./testing/shift-clock.ts', import.meta.url),
      env: { CLOCK_OFF_MS: String(offMs), CLOCK_STEP_MS: String(stepMs), FAULT_LEASE_MS: String(LEASE_MS) },
    })
    return () => child.kill('SIGUSR2')
  }

  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it('keeps its leases beside one whose clock is right, for longer than a lease', async () => {
    const gate = join(fixture.folder, 'gate')
    const step = start()
    const job = await submitProbe(fixture, [`wait ${gate}`, `wait ${gate}`, 'write done'])
    await fixture.until(job, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    // It would take what it believes to be lost.
    workers.start({ env: { FAULT_LEASE_MS: String(LEASE_MS) } })
    const leases = async () => {
      const found = await fixture.database.dataSource.query<{ expires: Date }[]>(
        `select max(lease_expires_at) as expires from job_tasks where job_id = $1`,
        [job],
      )
      return found[0]?.expires?.getTime() ?? 0
    }
    const first = await leases()
    // Renewed for longer than a lease.
    await fixture.eventually(async () => {
      step()
      return (await leases()) > first + LEASE_MS
    })
    await writeFile(gate, '')
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1))
    const eventTimes = events.map(({ time }) => time.getTime())
    expect(eventTimes).toEqual(eventTimes.toSorted((a, b) => a - b))
    const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
    expect(tasks.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
    const { started, ended, now } = await times(job)
    expect(started.getTime()).toBeLessThan(ended.getTime())
    expect(now.getTime() - started.getTime()).toBeLessThan(60_000)
  })

  it('ends a job at its execution duration, and none at a destruction time to come', async () => {
    const step = start()
    const overdue = await submitProbe(fixture, ['spin'], { executionDurationMs: 700 })
    await fixture.until(overdue, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    step()
    expect(errorOf(await fixture.ended(overdue))).toMatchObject({ reason: 'EXECUTION_DURATION_EXCEEDED' })
    const { ranMs } = await times(overdue)
    expect(ranMs).toBeGreaterThanOrEqual(690)
    expect(ranMs).toBeLessThan(10_000)

    const job = await submitProbe(fixture, ['write kept'])
    await fixture.database.dataSource.query(
      `update jobs set destruction_time = now() + interval '1 hour' where id = $1`,
      [job],
    )
    await fixture.ended(job)
    step()
    // A later job that ends means that the sweep has looked meanwhile.
    const swept = await submitProbe(fixture, ['write gone'])
    await fixture.ended(swept)
    await fixture.database.dataSource.query(`update jobs set destruction_time = now() where id = $1`, [swept])
    await fixture.until(swept, (events) => events.some((event) => phaseOf(event) === 'ARCHIVED'))
    expect(phaseOf((await fixture.events(job)).at(-1)!)).toBe('COMPLETED')
  })
})
