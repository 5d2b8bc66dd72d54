import type { DataSource, EntityManager } from 'typeorm'
import { validate } from 'uuid'
import { writeEvent } from '../../../outbox/index.ts'
import { type Actor, refuseStrangers } from '../actor.ts'
import { changeJob, readJob } from '../change-job.ts'
import type { JobRecord } from '../job.ts'
import { alterJob } from '../job-changes.ts'
import { jobNotShareable, shareNotFound, sharesFull, sharesWithOwner, userNotFound } from '../jobs-errors.ts'
import type { People } from '../owner-names.ts'
import type { JobService } from '../services/job-service.ts'
import { deleteShare, insertShare, listSharedJobs, type ShareCursor } from './share-store.ts'

/** Users with whom one job is shared, at most: a list of people, not a publication. */
const SHARES_MAX = 100

/** Tells whoever wants to know of a new share. */
async function announceShare(
  transaction: EntityManager,
  job: JobRecord,
  sharedWith: string,
  sharedBy: string,
): Promise<void> {
  await writeEvent(transaction, {
    routingKey: `jobs.shared.${job.organizationId}`,
    payload: {
      job: job.id,
      organization: job.organizationId,
      owner: job.ownerId,
      service: job.service,
      run_id: job.runId,
      shared_with: sharedWith,
      shared_by: sharedBy,
    },
  })
}

/** Who else may see a job than the members of its organisation. */
export class JobSharing {
  readonly #dataSource: DataSource
  readonly #people: People
  readonly #services: readonly JobService[]

  constructor(dataSource: DataSource, people: People, services: readonly JobService[]) {
    this.#dataSource = dataSource
    this.#people = people
    this.#services = services
  }

  /** Sharing with someone once more changes nothing. */
  async share(actor: Actor, jobId: string, email: string): Promise<JobRecord> {
    const before = await readJob(this.#dataSource, actor.organizationId, jobId)
    refuseStrangers(actor, before)
    const service = this.#services.find(({ id }) => id === before.service)
    if (service?.permission !== undefined) throw jobNotShareable(service.id)
    const userId = await this.#userOf(actor, before, email)
    return changeJob(this.#dataSource, actor.organizationId, jobId, async (manager, job) => {
      const share = { jobId: job.id, userId, sharedBy: actor.userId, beyondOrganization: actor.managesJobs }
      const inserted = await insertShare(manager, share, SHARES_MAX)
      if (inserted === 'FULL') throw sharesFull(SHARES_MAX)
      if (inserted === 'ADDED') await announceShare(manager, job, userId, actor.userId)
      return alterJob(manager, job.id, '', [])
    })
  }

  async unshare(actor: Actor, jobId: string, userId: string): Promise<JobRecord> {
    return changeJob(this.#dataSource, actor.organizationId, jobId, async (manager, job) => {
      refuseStrangers(actor, job)
      const ended = validate(userId) && (await deleteShare(manager, job.id, userId))
      if (!ended) throw shareNotFound()
      return alterJob(manager, job.id, '', [])
    })
  }

  /** Jobs that others shared with a user, the latest share first. */
  async sharedWith(
    userId: string,
    after: ShareCursor | undefined,
    pageSize: number,
  ): Promise<{ jobs: JobRecord[]; next: ShareCursor | undefined }> {
    const memberships = await this.#people.membershipsOf(userId)
    const organizationIds = memberships.map(({ organization }) => organization.id)
    const found = await listSharedJobs(this.#dataSource, userId, organizationIds, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    return {
      jobs: page.map(({ job }) => job),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** To an owner who may share with members alone, others are as absent as nobody: the answer tells no more. */
  async #userOf(actor: Actor, job: JobRecord, email: string): Promise<string> {
    const user = await this.#people.userByEmail(email)
    if (user === undefined) throw userNotFound(actor.managesJobs)
    if (user.id === job.ownerId || user.id === actor.userId) throw sharesWithOwner()
    if (actor.managesJobs) return user.id
    const memberships = await this.#people.membershipsOf(user.id)
    if (memberships.some(({ organization }) => organization.id === actor.organizationId)) return user.id
    throw userNotFound(false)
  }
}
