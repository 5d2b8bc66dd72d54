import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listResults, listTasks } from '../../job-store.ts'
import { isTerminal } from '../../phase-transitions.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { WorkerProcesses } from './testing/worker-process.ts'

const JOBS = 12
const TASKS = 4
/** Each after so many tasks more have ended. */
const TASKS_BETWEEN_LOSSES = 4

describe('a database that drops every connection, again and again', () => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  const count = async (query: string) => {
    const [row] = await fixture.database.dataSource.query<{ count: number }[]>(query)
    return row?.count ?? 0
  }
  const ended = () => count(`select count(*)::int from job_tasks where state = 'COMPLETED'`)

  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it('costs time, and no job its one end', { timeout: 60_000 }, async () => {
    const { dataSource } = fixture.database
    const processes = [workers.start(), workers.start()]
    await fixture.eventually(async () => (await count(`select count(*)::int from job_workers`)) === 2)
    const jobs: string[] = []
    for (let job = 0; job < JOBS; job++) {
      jobs.push(
        await submitProbe(
          fixture,
          Array.from({ length: TASKS }, (_, task) => `write ${task}`),
        ),
      )
    }
    for (let tasks = 0; tasks < JOBS * TASKS; tasks += TASKS_BETWEEN_LOSSES) {
      await fixture.eventually(async () => (await ended()) >= tasks)
      await dataSource.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    }
    for (const job of jobs) {
      const events = await fixture.ended(job)
      expect(events.map(phaseOf).filter((phase) => phase !== undefined && isTerminal(phase))).toEqual([
        'COMPLETED',
      ])
      expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1))
      const tasks = await listTasks(dataSource, job, -1, 10)
      expect(tasks.map(({ state }) => state)).toEqual(Array.from({ length: TASKS }, () => 'COMPLETED'))
      const results = await listResults(dataSource, job)
      expect(results.map(({ taskIndex }) => taskIndex)).toEqual([0, 1, 2, 3])
      for (const { objectKey } of results) expect(await fixture.objects.head(objectKey)).toBeDefined()
    }
    for (const { exitCode, signalCode } of processes) expect([exitCode, signalCode]).toEqual([null, null])
  })
})
