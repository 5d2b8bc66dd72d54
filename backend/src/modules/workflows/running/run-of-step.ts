import type { ContainerKey } from '../../../ports/containers.ts'
import type { Attempt } from '../../jobs/index.ts'

/** One try at a step as a worker holds it: what is written of it is fenced by the attempt. */
export interface RunOfStep {
  readonly key: ContainerKey
  readonly organizationId: string
  readonly attempt: Attempt
}

/** $1 to $3. */
export function keyValues({ jobId, taskIndex, run }: ContainerKey): unknown[] {
  return [jobId, taskIndex, run]
}

/** Rows of a table of the run $1 to $3. */
export function ofRun(table: string): string {
  return `${table}.job_id = $1::uuid and ${table}.task_index = $2::int and ${table}.run = $3::int`
}

/** Values of the run, and then of the fence: $1 to $5. */
export function heldValues({ key, attempt }: RunOfStep): unknown[] {
  return [...keyValues(key), attempt.attempt, attempt.worker]
}

/**
 * Whether the attempt still has its task, over the values of heldValues(). The row is not locked: its job's would have
 * to be before.
 */
export const isHeld = `exists (select from job_tasks where job_tasks.job_id = $1::uuid and job_tasks.index = $2::int
  and job_tasks.failures + 1 = $3::int and job_tasks.attempt = $4::int and job_tasks.lease_owner = $5
  and job_tasks.state = 'RUNNING')`
