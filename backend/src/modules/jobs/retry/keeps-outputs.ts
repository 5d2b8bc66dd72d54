/** Whether what completed tasks made is kept of a job, as SQL over its row: another try goes on from there. */
export const keepsOutputs = `jobs.needs_all_tasks and jobs.phase in ('ERROR', 'ABORTED')
  and jobs.tasks_completed between 1 and jobs.task_count - 1`

/**
 * For how long at most: whether to try again is decided in days, and results that are not published are of no other use.
 * Their owner may give them longer.
 */
export const OUTPUTS_KEPT_DAYS = 7
