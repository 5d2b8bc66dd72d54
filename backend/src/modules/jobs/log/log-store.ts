import { type Database, rows } from '../sql.ts'

/** One line that a task wrote. */
export interface LoggedLine {
  readonly sequence: bigint
  readonly time: Date
  /** -1 for the job as a whole. */
  readonly task: number
  readonly text: string
}

/** In the order in which they were written; of all tasks when none is given. */
export async function listLog(
  database: Database,
  jobId: string,
  task: number | undefined,
  afterSequence: bigint,
  limit: number,
): Promise<LoggedLine[]> {
  const found = await rows<{ sequence: string; time: Date; task: number; text: string }>(
    database,
    `select sequence, time, (payload ->> 'task')::int as task, payload ->> 'text' as text
     from job_events
     where job_id = $1 and sequence > $2 and kind = 'log'
       and ($3::int is null or (payload ->> 'task')::int = $3)
     order by sequence limit $4`,
    [jobId, afterSequence, task ?? null, limit],
  )
  return found.map((row) => ({ ...row, sequence: BigInt(row.sequence) }))
}
