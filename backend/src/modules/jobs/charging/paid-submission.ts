import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { hasPrice, holdForJob, waitForCredits } from '../../credits/index.ts'
import type { JobRecord } from '../job.ts'
import { moveJob } from '../job-changes.ts'
import { insertJob, type NewJob } from '../job-store.ts'
import { writeCharge } from './charge-store.ts'
import { describeCharge } from './describe-charge.ts'
import { waitsForCredits } from './queue-or-wait.ts'

/** The organisation has as many jobs as it may, or the request came in before: what was held for it is held no more. */
class NotInserted extends Error {
  override readonly name = 'NotInserted'
}

/** Submits jobs, and holds what they cost. */
export class PaidSubmission {
  readonly #dataSource: DataSource
  /** Services that were found to have a price: the one statement that makes a free job is not tried for them first. */
  readonly #priced = new Set<string>()

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /**
   * A job of a service without a price is one statement, which makes sure itself that there is none. Undefined when
   * the request_id has made a job before, or the organisation has as many as it may.
   *
   * @param beside what else is written in the transaction that writes the job
   */
  async submit(
    job: NewJob,
    beside?: (manager: EntityManager) => Promise<void>,
  ): Promise<JobRecord | undefined> {
    if (beside === undefined && !this.#priced.has(job.service)) {
      const inserted = await insertJob(this.#dataSource, { ...job, unlessPriced: true })
      if (inserted !== undefined) return inserted
      if (!(await hasPrice(this.#dataSource, job.service))) return undefined
      this.#priced.add(job.service)
    }
    try {
      return await inTransaction(this.#dataSource, async (manager) => {
        const inserted = await this.#insert(manager, job)
        await beside?.(manager)
        return inserted
      })
    } catch (error) {
      if (error instanceof NotInserted) return undefined
      throw error
    }
  }

  async #insert(manager: EntityManager, job: NewJob): Promise<JobRecord> {
    const held = await holdForJob(manager, {
      purposeId: job.id,
      organizationId: job.organizationId,
      serviceId: job.service,
      quote: job.quote,
      description: describeCharge(job),
      actorId: job.ownerId,
    })
    // The credits are locked before the job's row is there: nobody can wait for a row that they do not see.
    switch (held.kind) {
      case 'free':
        this.#priced.delete(job.service)
        return whenInserted(await insertJob(manager, job))
      case 'held':
        return whenInserted(await insertJob(manager, { ...job, charge: held.charge }))
      case 'short': {
        const pending = whenInserted(await insertJob(manager, { ...job, phase: 'PENDING', waits: true }))
        await writeCharge(manager, pending.id, 'WAITING', held.charge)
        const waiting = await moveJob(manager, pending, { to: 'HELD', note: waitsForCredits(held.shortage) })
        await waitForCredits(manager, job.organizationId)
        return waiting
      }
      default: {
        const never: never = held
        throw new Error(`a hold of unknown outcome ${String(never)}`)
      }
    }
  }
}

function whenInserted(job: JobRecord | undefined): JobRecord {
  if (job === undefined) throw new NotInserted()
  return job
}
