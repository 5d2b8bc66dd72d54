import type { Parameter } from './job.ts'

/** What a client may set of a job, by its name in an update mask. */
export const updatePaths = ['parameters', 'run_id', 'execution_duration', 'destruction_time'] as const
export type UpdatePath = (typeof updatePaths)[number]

export interface JobUpdate {
  readonly paths: ReadonlySet<UpdatePath>
  readonly parameters: readonly Parameter[]
  readonly runId: string
  /** Undefined means the service's default, 0 its maximum. */
  readonly executionDurationMs: number | undefined
  /** Undefined means as long from now as a job is kept that does not say. */
  readonly destructionTime: Date | undefined
}

/**
 * The SQL assignments of an update, with their values numbered from $2 on.
 *
 * @param executionDurationMs what the service gives for the duration asked for
 * @param lifetimeMs how long a job is kept that does not say
 */
export function assignments(
  { paths, parameters, runId, destructionTime }: JobUpdate,
  executionDurationMs: number,
  lifetimeMs: number,
): { set: string; values: unknown[] } {
  const values: unknown[] = []
  const place = (value: unknown) => `$${values.push(value) + 1}`
  const set: string[] = []
  if (paths.has('parameters')) set.push(`parameters = ${place(JSON.stringify(parameters))}::jsonb`)
  if (paths.has('run_id')) set.push(`run_id = ${place(runId)}`)
  if (paths.has('execution_duration')) {
    const duration = `${place(executionDurationMs)}::bigint`
    // The deadline of a job that runs moves by the difference: both are of the row as it was.
    set.push(
      `deadline_time = deadline_time + (${duration} - execution_duration_ms) * interval '1 ms'`,
      `execution_duration_ms = ${duration}`,
    )
  }
  if (paths.has('destruction_time')) {
    set.push(
      destructionTime === undefined
        ? `destruction_time = now() + ${place(lifetimeMs)}::double precision * interval '1 ms'`
        : `destruction_time = ${place(destructionTime)}::timestamptz`,
    )
  }
  return { set: set.join(', '), values }
}
