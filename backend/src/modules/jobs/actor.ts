import type { JobRecord } from './job.ts'
import { notYourJob } from './jobs-errors.ts'

/** Who asks, in which organisation. */
export interface Actor {
  readonly organizationId: string
  readonly userId: string
  readonly displayName: string
  readonly permissions: ReadonlySet<string>
  /** Administrators may do to any job most of what its owner may. */
  readonly managesJobs: boolean
}

/** Whether the actor is entitled to more of a job than to see it: its log, its shares, its end. */
export function isEntitled(actor: Actor, job: JobRecord): boolean {
  return job.ownerId === actor.userId || actor.managesJobs
}

export function refuseStrangers(actor: Actor, job: JobRecord): void {
  if (!isEntitled(actor, job)) throw notYourJob("the job's owner, or an administrator of the organisation,")
}

export function refuseOthers(actor: Actor, job: JobRecord): void {
  if (job.ownerId !== actor.userId) throw notYourJob("the job's owner")
}
