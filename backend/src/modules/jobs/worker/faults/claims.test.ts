import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listTasks } from '../../job-store.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { WorkerProcesses } from './testing/worker-process.ts'

// On a busy machine a worker may stall; its tasks are not to be taken from it for that.
const patient = { FAULT_LEASE_MS: '15000' }
const WORKERS = 3
const ROUNDS = 40
const TASKS = 3

describe('several worker processes that wait for the same tasks', () => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it('run each of them once, round after round', { timeout: 60_000 }, async () => {
    const folder = join(fixture.folder, 'ran')
    await mkdir(folder)
    for (let worker = 0; worker < WORKERS; worker++) workers.start({ env: patient })
    await fixture.eventually(async () => {
      const [row] = await fixture.database.dataSource.query(`select count(*)::int from job_workers`)
      return row.count === WORKERS
    })
    const jobs: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      // A task that is run again fails, since its file is there.
      const acts = Array.from({ length: TASKS }, (_, task) => `once ${join(folder, `${round}-${task}`)}`)
      jobs.push(await submitProbe(fixture, acts))
    }
    for (const job of jobs) {
      const events = await fixture.ended(job)
      expect(events.map(phaseOf).filter((phase) => phase !== undefined)).toEqual([
        'PENDING',
        'QUEUED',
        'EXECUTING',
        'COMPLETED',
      ])
      const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
      expect(tasks.map(({ state, attempt, error }) => [state, attempt, error])).toEqual(
        Array.from({ length: TASKS }, () => ['COMPLETED', 1, undefined]),
      )
    }
    expect(await readdir(folder)).toHaveLength(ROUNDS * TASKS)
  })
})
