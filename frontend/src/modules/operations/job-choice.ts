import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { OrganizationLoad, UnfinishedJob } from '@fairlead/proto/web/fairlead/jobs/v1/operations'

/** Which of the jobs that have not ended are looked at. */
export type JobChoice = 'held' | 'queued' | 'executing'

/** In the order in which they want attention. */
export const jobChoices: readonly JobChoice[] = ['held', 'queued', 'executing']

export const phasesOf: Readonly<Record<JobChoice, readonly Phase[]>> = {
  held: ['PHASE_HELD', 'PHASE_SUSPENDED'],
  queued: ['PHASE_QUEUED'],
  executing: ['PHASE_EXECUTING'],
}

const loadField = { held: 'heldJobs', queued: 'queuedJobs', executing: 'executingJobs' } as const

/** How many jobs of all organisations are in the phases of a choice. */
export function jobsIn(choice: JobChoice, loads: readonly OrganizationLoad[]): number {
  return loads.reduce((total, load) => total + load[loadField[choice]], 0)
}

/** What to show at first: what is held, unless only other jobs are there. */
export function firstChoice(loads: readonly OrganizationLoad[]): JobChoice {
  return jobChoices.find((choice) => jobsIn(choice, loads) > 0) ?? 'held'
}

/** What the operator can do to a job besides aborting it; the server decides again. */
export function remediesFor({ phase, phaseNote }: Pick<UnfinishedJob, 'phase' | 'phaseNote'>): {
  readonly hold: boolean
  readonly release: boolean
} {
  const byOperator = phaseNote?.reason.endsWith('_BY_OPERATOR') ?? false
  switch (phase) {
    case 'PHASE_HELD':
      return { hold: !byOperator, release: true }
    case 'PHASE_SUSPENDED':
      // What waits for workers goes on by itself.
      return { hold: !byOperator, release: byOperator }
    default:
      return { hold: true, release: false }
  }
}
