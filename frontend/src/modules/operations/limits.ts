import type { OrganizationLoad } from '@fairlead/proto/web/fairlead/jobs/v1/operations'

/** The limits of an organisation as typed; empty means the installation's default. */
export interface Limits {
  readonly unfinishedJobs: string
  readonly executingJobs: string
  readonly runningTasks: string
}

export const noLimits: Limits = { unfinishedJobs: '', executingJobs: '', runningTasks: '' }

/** The limits to begin with: the organisation's own, or none. */
export function limitsOf(load: OrganizationLoad): Limits {
  if (!load.ownLimits) return noLimits
  return {
    unfinishedJobs: String(load.unfinishedJobsLimit),
    executingJobs: String(load.executingJobsLimit),
    runningTasks: String(load.runningTasksLimit),
  }
}

/** What is wrong with a limit, in one sentence. */
export function problemWithLimit(value: string): string | undefined {
  if (value === '') return undefined
  return /^\d{1,7}$/.test(value) && Number(value) <= 1_000_000
    ? undefined
    : 'Give a whole number up to 1,000,000, or nothing.'
}

interface LimitFields {
  unfinishedJobsLimit?: number
  executingJobsLimit?: number
  runningTasksLimit?: number
}

/** As SetOrganizationLimits takes them: what is empty stays unset. */
export function toLimitFields(limits: Limits): LimitFields {
  return {
    ...(limits.unfinishedJobs === '' ? {} : { unfinishedJobsLimit: Number(limits.unfinishedJobs) }),
    ...(limits.executingJobs === '' ? {} : { executingJobsLimit: Number(limits.executingJobs) }),
    ...(limits.runningTasks === '' ? {} : { runningTasksLimit: Number(limits.runningTasks) }),
  }
}

/** "12 of 100"; a limit of 0 is none where the caller says so. */
export function ofLimit(count: number, limit: number, zeroIsNone = false): string {
  const shown = count.toLocaleString('en')
  return zeroIsNone && limit === 0 ? shown : `${shown} of ${limit.toLocaleString('en')}`
}
