import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** The phases that a job usually goes through after this one. */
export function phasesAhead(phase: Phase): readonly Phase[] {
  switch (phase) {
    case 'PHASE_PENDING':
    case 'PHASE_HELD':
      return ['PHASE_QUEUED', 'PHASE_EXECUTING', 'PHASE_COMPLETED']
    case 'PHASE_QUEUED':
    case 'PHASE_SUSPENDED':
      return ['PHASE_EXECUTING', 'PHASE_COMPLETED']
    case 'PHASE_EXECUTING':
      return ['PHASE_COMPLETED']
    default:
      return []
  }
}
