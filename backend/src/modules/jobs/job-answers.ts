import type { Job } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { OrganizationCallContext } from '../../server/call-context.ts'
import type { KnownClasses } from '../credits/index.ts'
import { isEntitled } from './actor.ts'
import { actorOf } from './actor-of-call.ts'
import { jobMessage } from './job-messages.ts'
import type { OwnerNames } from './owner-names.ts'
import type { JobWithResults } from './whole-job.ts'

export interface JobAnswersOptions {
  readonly names: OwnerNames
  readonly classes: KnownClasses
}

/** What callers are told of a job as a whole. */
export class JobAnswers {
  readonly #options: JobAnswersOptions

  constructor(options: JobAnswersOptions) {
    this.#options = options
  }

  async describe(context: OrganizationCallContext, found: JobWithResults): Promise<Job> {
    const { names, classes } = this.#options
    const shares = isEntitled(actorOf(context), found.job) ? found.shares : []
    const [known, charged] = await Promise.all([
      names.of([found.job.ownerId, ...shares.map(({ userId }) => userId)]),
      // Whom a job is shared with from outside is not told what it costs.
      context.permissions.has('credits.read') ? classes.of([found.job.charge?.classId]) : undefined,
    ])
    return jobMessage({ ...found, shares }, context.organization.slug, known, charged)
  }
}
