/** What organisations may have executing and running when they have no limits of their own. */
export interface ExecutionLimits {
  /** Jobs that are EXECUTING at a time; further ones stay QUEUED. */
  readonly executingJobs: number
  /** Tasks that run at a time; 0 for as many as there are workers for. */
  readonly runningTasks: number
}

export const defaultExecutionLimits: ExecutionLimits = { executingJobs: 100, runningTasks: 0 }
