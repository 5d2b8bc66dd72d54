import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** The UWS name, such as "EXECUTING". */
export function phaseLabel(phase: Phase): string {
  return phase.replace('PHASE_', '')
}

const ended: ReadonlySet<Phase> = new Set([
  'PHASE_COMPLETED',
  'PHASE_ERROR',
  'PHASE_ABORTED',
  'PHASE_ARCHIVED',
])

/** Whether the job will not change by running any more. */
export function hasEnded(phase: Phase): boolean {
  return ended.has(phase)
}

export const phaseColors: Partial<Record<Phase, string>> = {
  PHASE_PENDING: 'gray',
  PHASE_QUEUED: 'yellow',
  PHASE_EXECUTING: 'sea',
  PHASE_COMPLETED: 'teal',
  PHASE_ERROR: 'red',
  PHASE_ABORTED: 'orange',
  PHASE_HELD: 'grape',
  PHASE_SUSPENDED: 'grape',
  PHASE_ARCHIVED: 'gray',
}
