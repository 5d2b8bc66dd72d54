import { runTaskList } from 'graphile-worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JobsFixture, jobsFixture, silent } from '../testing/jobs-fixture.ts'
import { queueConnections } from './queue-connections.ts'
import { queueLogger } from './queue-log.ts'

const ENTRIES = 20

describe('the connections of timed work', () => {
  let fixture: JobsFixture
  beforeAll(async () => {
    fixture = await jobsFixture()
  })
  afterAll(() => fixture.end())

  it('may all be lost while work ends, well or badly, and the work is noted nevertheless', async () => {
    const { dataSource, url } = fixture.database
    const left = async () => {
      const [row] = await dataSource.query(`select count(*)::int from graphile_worker.jobs`)
      return row.count
    }
    const drop = () =>
      dataSource.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'fairlead queue'`,
      )
    const seen = new Map<number, number>()
    const connections = queueConnections(url, silent)
    const pool = runTaskList(
      { concurrency: 2, noHandleSignals: true, pollInterval: 100, logger: queueLogger(silent) },
      {
        test: async (payload) => {
          const { entry } = payload as { entry: number }
          const times = (seen.get(entry) ?? 0) + 1
          seen.set(entry, times)
          // The note of how it ended goes over a connection that is about to be gone.
          void drop()
          if (entry % 4 === 0 && times === 1) throw new Error('not this time')
        },
      },
      connections,
    )
    for (let entry = 0; entry < ENTRIES; entry++) {
      await dataSource.query(`select graphile_worker.add_job('test', json_build_object('entry', $1::int))`, [
        entry,
      ])
    }
    await fixture.eventually(async () => {
      await dataSource.query(
        `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs
         where locked_at is null and run_at > now()`,
      )
      return (await left()) === 0
    })
    expect(seen.size).toBe(ENTRIES)
    await pool.gracefulShutdown()
    await connections.end()
  })
})
