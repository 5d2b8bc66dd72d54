import type { Phase } from './phase-transitions.ts'
import { phases } from './phase-transitions.ts'

/** PostgreSQL channel that is notified in the transaction of every change of a job. */
export const jobsChannel = 'fairlead_jobs'

export interface JobNotice {
  readonly organizationId: string
  readonly jobId: string
  /** Of the job's last event. */
  readonly sequence: bigint
  readonly phase: Phase
  readonly deleted: boolean
}

/** Reads what recordChange() sends; undefined for a payload that is not of ours. */
export function parseNotice(payload: string): JobNotice | undefined {
  let fields: { o?: unknown; j?: unknown; s?: unknown; p?: unknown; d?: unknown }
  try {
    fields = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { o, j, s, p, d } = fields
  const phase = phases.find((each) => each === p)
  if (typeof o !== 'string' || typeof j !== 'string' || typeof s !== 'number' || phase === undefined) {
    return undefined
  }
  return { organizationId: o, jobId: j, sequence: BigInt(s), phase, deleted: d === true }
}
