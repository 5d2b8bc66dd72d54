import type { TaskOutput } from '../job.ts'
import { type Database, rows } from '../sql.ts'

/** A task of a job that is tried again. */
export interface RetriedTask {
  readonly index: number
  readonly displayName: string
  /** Of the plan. */
  readonly payload: unknown
  readonly needs: readonly number[]
  readonly publish: boolean
  /** Of one that completed: it is kept. Undefined of one that is to run again. */
  readonly outputs: readonly TaskOutput[] | undefined
}

/** Those of a job, in the order of its plan. */
export async function retriedTasks(database: Database, jobId: string): Promise<RetriedTask[]> {
  const found = await rows<{
    index: number
    display_name: string
    payload: unknown
    needs: number[]
    publish: boolean
    outputs: TaskOutput[] | null
  }>(
    database,
    `select index, display_name, payload, needs, publish,
       case when state = 'COMPLETED' then coalesce(outputs, '[]') end as outputs
     from job_tasks where job_id = $1 order by index`,
    [jobId],
  )
  return found.map(({ display_name: displayName, outputs, ...row }) => ({
    ...row,
    displayName,
    outputs: outputs ?? undefined,
  }))
}
