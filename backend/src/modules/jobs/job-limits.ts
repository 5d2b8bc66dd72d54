/** What an installation lets each organisation do, unless it has limits of its own. */
export interface JobLimits {
  /** Jobs of one organisation that are QUEUED, EXECUTING, HELD or SUSPENDED. */
  readonly unfinishedJobs: number
  /** Jobs of one organisation that are PENDING. */
  readonly pendingJobs: number
  /** Jobs of one organisation that are EXECUTING at a time; further ones stay QUEUED. */
  readonly executingJobs: number
  /** Tasks of one organisation that run at a time; 0 means as many as there are workers for. */
  readonly runningTasks: number
  readonly tasksPerJob: number
  /** How long results are kept when the client does not say. */
  readonly lifetimeMs: number
}

export const defaultJobLimits: JobLimits = {
  unfinishedJobs: 1_000,
  pendingJobs: 1_000,
  executingJobs: 100,
  runningTasks: 0,
  tasksPerJob: 10_000,
  lifetimeMs: 30 * 86_400_000,
}
