import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import type { PhaseNote } from '../job.ts'
import { moveJob } from '../job-changes.ts'
import { lockJob } from '../job-store.ts'
import { rows } from '../sql.ts'
import { claimLock } from './claim-tasks.ts'

/** Without a worker for so long, jobs that have begun are told to be waiting for one. */
const PATIENCE_MS = 30_000
const BATCH = 100

const noWorkers: PhaseNote = {
  reason: 'NO_WORKERS',
  message: 'No worker takes tasks at present. The job goes on by itself when one does.',
  ownerMayRun: false,
}

/** Suspends jobs that have begun and of which nothing can run: the pause does not count against their duration. */
export class StrandedJobs {
  readonly #patienceMs: number
  /** By this process's monotonic clock. */
  #withoutWorkersSinceMs: number | undefined

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs
  }

  /** To be called every few seconds; returns how many jobs it has suspended. The claim of a task resumes them. */
  async suspend(dataSource: DataSource): Promise<number> {
    const [found] = await rows<{ active: boolean }>(
      dataSource,
      `select exists (select from job_workers where state = 'ACTIVE' and lease_expires_at > now()) as active`,
      [],
    )
    if (found?.active !== false) {
      this.#withoutWorkersSinceMs = undefined
      return 0
    }
    this.#withoutWorkersSinceMs ??= performance.now()
    if (performance.now() - this.#withoutWorkersSinceMs < this.#patienceMs) return 0
    return suspendIdle(dataSource)
  }
}

async function suspendIdle(dataSource: DataSource): Promise<number> {
  const idle = await rows<{ id: string }>(
    dataSource,
    `select id from jobs where phase = 'EXECUTING' and delete_time is null and not exists (${runningTask})
     limit ${BATCH}`,
    [],
  )
  let suspended = 0
  for (const { id } of idle) {
    await inTransaction(dataSource, async (manager) => {
      // A claim that came first has made a task RUNNING; one that comes later finds the job SUSPENDED, and resumes it.
      await rows(manager, claimLock, [])
      const job = await lockJob(manager, id)
      if (job?.phase !== 'EXECUTING') return
      const running = await rows(manager, `select 1 from jobs where id = $1 and exists (${runningTask})`, [
        id,
      ])
      if (running.length > 0) return
      await moveJob(manager, job, { to: 'SUSPENDED', note: noWorkers })
      suspended++
    })
  }
  return suspended
}

const runningTask = `select from job_tasks where job_tasks.job_id = jobs.id and job_tasks.state = 'RUNNING'`
