import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import {
  isSameShortage,
  outlookOf,
  type Payer,
  payersOf,
  releaseAbandoned,
  setWaiting,
  shortageText,
} from '../../credits/index.ts'
import type { JobRecord } from '../job.ts'
import { type JobRow, jobColumns, jobOf } from '../job-rows.ts'
import { sweepStep } from '../queue/sweep-step.ts'
import { type Database, rows } from '../sql.ts'
import { INSUFFICIENT_CREDITS, queueOrWait } from './queue-or-wait.ts'

/** Any number, the same in every release: an organisation's waiting jobs are looked at by one process at a time. */
const RESUME_LOCK = 4_771_065

/** Of one organisation at a time; more than it may have unfinished by default. */
const JOBS_MAX = 2_000

/** As a condition on jobs; those that the operator holds too are not among them. */
const waits = `jobs.phase = 'HELD' and jobs.phase_reason = '${INSUFFICIENT_CREDITS}' and jobs.delete_time is null`

export interface WaitingJobsOptions {
  readonly dataSource: DataSource
  readonly log: Logger
}

/**
 * Lets jobs that wait for credits go on when there are enough: the oldest first, and smaller later ones where an older
 * one has to wait on.
 */
export class WaitingJobs {
  readonly #options: WaitingJobsOptions
  /** Organisations to be looked at; '' for all. */
  readonly #asked = new Set<string>()
  #looking: Promise<void> | undefined
  #stopped = false

  constructor(options: WaitingJobsOptions) {
    this.#options = options
  }

  /** Resolves when those of the organisation, or of all of them, have been looked at; looks once for all who ask meanwhile. */
  look(organizationId = ''): Promise<void> {
    this.#asked.add(organizationId)
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** What is done every few seconds: what nobody told of, as after a month's end, and what killed servers left. */
  async sweep(): Promise<void> {
    const { dataSource, log } = this.#options
    const released = await sweepStep(log, 'abandoned holds', () => releaseAbandoned(dataSource))
    if (released !== undefined && released > 0) {
      log.warn({ holds: released }, 'requests of killed servers held credits; they are released')
    }
    // Not waited for: however many jobs wait, what else a sweep does is not held up. Each step of a look reports itself.
    void this.look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#looking
  }

  async #lookOn(): Promise<void> {
    const { dataSource, log } = this.#options
    while (this.#asked.size > 0 && !this.#stopped) {
      const asked = [...this.#asked]
      this.#asked.clear()
      const organizations = asked.includes('')
        ? await sweepStep(log, 'jobs that wait for credits', () => waitingOrganizations(dataSource))
        : asked
      for (const id of organizations ?? []) {
        await sweepStep(log, `jobs of organisation ${id} that wait for credits`, () => this.#resume(id))
      }
    }
  }

  /** Whoever finds it being done leaves it: who does it was told the same, and looks once more. */
  async #resume(organizationId: string): Promise<void> {
    const { dataSource } = this.#options
    const runner = dataSource.createQueryRunner()
    try {
      const [lock] = await rows<{ had: boolean }>(
        runner,
        `select pg_try_advisory_lock(${RESUME_LOCK}, hashtext($1)) as had`,
        [organizationId],
      )
      if (lock?.had !== true) return
      try {
        await this.#resumeLocked(organizationId)
      } finally {
        await rows(runner, `select pg_advisory_unlock(${RESUME_LOCK}, hashtext($1))`, [organizationId])
      }
    } finally {
      await runner.release()
    }
  }

  async #resumeLocked(organizationId: string): Promise<void> {
    const { dataSource, log } = this.#options
    const jobs = await waitingJobs(dataSource, organizationId)
    await setWaiting(dataSource, organizationId, jobs.length > 0)
    let payers = new Map<string, readonly Payer[]>()
    for (const job of jobs) {
      if (this.#stopped) return
      const known = payers.get(job.service) ?? (await payersOf(dataSource, organizationId, job.service))
      payers.set(job.service, known)
      const outlook = outlookOf(known, job.quote)
      if (
        outlook.kind === 'short' &&
        isSameShortage(job.phaseNote?.message ?? '', shortageText(outlook.shortage))
      )
        continue
      const resumed = await sweepStep(log, `job ${job.id}, which waits for credits`, () =>
        resumeJob(dataSource, job.id),
      )
      if (resumed?.phase === 'QUEUED') log.info({ job: job.id }, 'a job that waited for credits goes on')
      // Balances are others now.
      payers = new Map()
    }
  }
}

/** One that somebody else changes at this moment is left for the next look. */
async function resumeJob(dataSource: DataSource, jobId: string): Promise<JobRecord | undefined> {
  return inTransaction(dataSource, async (manager) => {
    const [row] = await rows<JobRow>(
      manager,
      `select ${jobColumns} from jobs where id = $1 and ${waits} for update skip locked`,
      [jobId],
    )
    return row === undefined ? undefined : queueOrWait(manager, jobOf(row))
  })
}

async function waitingJobs(database: Database, organizationId: string): Promise<JobRecord[]> {
  const found = await rows<JobRow>(
    database,
    `select ${jobColumns} from jobs where organization_id = $1 and ${waits}
     order by create_time, id limit ${JOBS_MAX}`,
    [organizationId],
  )
  return found.map(jobOf)
}

/** Those with jobs that wait, and those that are taken for such. */
async function waitingOrganizations(database: Database): Promise<string[]> {
  const found = await rows<{ organization_id: string }>(
    database,
    `select organization_id from jobs where ${waits}
     union select organization_id from credit_waiters order by organization_id`,
    [],
  )
  return found.map((row) => row.organization_id)
}
