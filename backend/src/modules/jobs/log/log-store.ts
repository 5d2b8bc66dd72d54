import { type Database, rows } from '../sql.ts'

/** One line that a task wrote. */
export interface LoggedLine {
  readonly sequence: bigint
  readonly time: Date
  /** -1 for the job as a whole. */
  readonly task: number
  readonly text: string
  /** Of a task that is run in containers: the number of the one that wrote it. */
  readonly container: number | undefined
}

/** Which lines of a job are asked for. */
export interface LogFilter {
  /** -1 for those of the job as a whole; undefined for all. */
  readonly task: number | undefined
  /** Undefined for all. */
  readonly container: number | undefined
}

/** In the order in which they were written. */
export async function listLog(
  database: Database,
  jobId: string,
  filter: LogFilter,
  afterSequence: bigint,
  limit: number,
): Promise<LoggedLine[]> {
  const found = await rows<{
    sequence: string
    time: Date
    task: number
    text: string
    container: number | null
  }>(
    database,
    `select sequence, time, (payload ->> 'task')::int as task, payload ->> 'text' as text,
       (payload ->> 'container')::int as container
     from job_events
     where job_id = $1 and sequence > $2 and kind = 'log'
       and ($3::int is null or (payload ->> 'task')::int = $3)
       and ($5::int is null or (payload ->> 'container')::int = $5)
     order by sequence limit $4`,
    [jobId, afterSequence, filter.task ?? null, limit, filter.container ?? null],
  )
  return found.map((row) => ({
    ...row,
    sequence: BigInt(row.sequence),
    container: row.container ?? undefined,
  }))
}
