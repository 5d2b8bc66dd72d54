import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import type { JobRecord, PhaseNote } from '../job.ts'
import { moveJob } from '../job-changes.ts'
import { lockJob } from '../job-store.ts'
import { rows } from '../sql.ts'
import { claimLock } from './claim-tasks.ts'

/** Without a worker for so long, jobs that have begun are told to be waiting for one. */
const PATIENCE_MS = 30_000
const BATCH = 100

/** Why a job is SUSPENDED that goes on by itself. */
export const NO_WORKERS = 'NO_WORKERS'

function noWorkers(job: JobRecord): PhaseNote {
  const who = job.external ? 'No worker that can run containers' : 'No worker'
  const message = `${who} takes tasks at present. The job goes on by itself when one does.`
  return { reason: NO_WORKERS, message, ownerMayRun: false }
}

/** Suspends jobs that have begun and of which nothing can run: the pause does not count against their duration. */
export class StrandedJobs {
  readonly #patienceMs: number
  /** Of workers for jobs that are run elsewhere (true), and for others; by this process's monotonic clock. */
  readonly #missingSinceMs = new Map<boolean, number>()

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs
  }

  /** To be called every few seconds; returns how many jobs it has suspended. The claim of a task resumes them. */
  async suspend(dataSource: DataSource): Promise<number> {
    const [found] = await rows<{ active: boolean; containers: boolean }>(
      dataSource,
      `select count(*) > 0 as active, coalesce(bool_or(container_slots > 0), false) as containers
       from job_workers where state = 'ACTIVE' and lease_expires_at > now()`,
      [],
    )
    const missing = [
      { external: false, present: found?.active !== false },
      { external: true, present: found?.containers !== false },
    ].filter(({ external, present }) => this.#isMissing(external, present))
    let suspended = 0
    for (const { external } of missing) suspended += await suspendIdle(dataSource, external)
    return suspended
  }

  /** Whether there has been no such worker for so long that nobody need wait for one to be replaced. */
  #isMissing(external: boolean, present: boolean): boolean {
    if (present) {
      this.#missingSinceMs.delete(external)
      return false
    }
    const sinceMs = this.#missingSinceMs.get(external) ?? performance.now()
    this.#missingSinceMs.set(external, sinceMs)
    return performance.now() - sinceMs >= this.#patienceMs
  }
}

async function suspendIdle(dataSource: DataSource, external: boolean): Promise<number> {
  const idle = await rows<{ id: string }>(
    dataSource,
    `select id from jobs
     where phase = 'EXECUTING' and external = $1 and delete_time is null and not exists (${runningTask})
     limit ${BATCH}`,
    [external],
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
      await moveJob(manager, job, { to: 'SUSPENDED', note: noWorkers(job) })
      suspended++
    })
  }
  return suspended
}

const runningTask = `select from job_tasks where job_tasks.job_id = jobs.id and job_tasks.state = 'RUNNING'`
