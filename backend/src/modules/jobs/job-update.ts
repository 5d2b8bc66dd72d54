import { invalidField } from '../../errors/domain-error.ts'
import type { Parameter } from './job.ts'

/** What a client may set of a job, by its name in an update mask. */
const updatePaths = ['parameters', 'run_id', 'execution_duration', 'destruction_time'] as const
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

/** The paths of an update mask; INVALID_ARGUMENT that names one that cannot be set. */
export function parseUpdateMask(paths: readonly string[]): ReadonlySet<UpdatePath> {
  const wayOut = `It may name ${updatePaths.join(', ')}.`
  if (paths.length === 0) throw invalidField('update_mask', `names nothing to set. ${wayOut}`)
  const known = paths.map((path) => {
    const found = updatePaths.find((each) => each === path)
    if (found !== undefined) return found
    throw invalidField('update_mask', `"${path.slice(0, 100)}" cannot be set. ${wayOut}`)
  })
  return new Set(known)
}
