/** UWS 1.1 execution phases (section 2.1.3). */
export const phases = [
  'PENDING',
  'QUEUED',
  'EXECUTING',
  'COMPLETED',
  'ERROR',
  'ABORTED',
  'HELD',
  'SUSPENDED',
  'ARCHIVED',
  'UNKNOWN',
] as const
export type Phase = (typeof phases)[number]

/**
 * Every phase change there is. HELD is not to be run until someone lifts what holds it, and is then what it was
 * before; SUSPENDED has started and waits for resources; ARCHIVED keeps the record after its results are gone. UNKNOWN is only
 * ever reported by other systems: no job here reaches it.
 */
export const phaseTransitions: Readonly<Record<Phase, readonly Phase[]>> = {
  PENDING: ['QUEUED', 'HELD', 'ERROR', 'ABORTED'],
  QUEUED: ['EXECUTING', 'HELD', 'ERROR', 'ABORTED'],
  HELD: ['PENDING', 'QUEUED', 'ERROR', 'ABORTED'],
  EXECUTING: ['SUSPENDED', 'COMPLETED', 'ERROR', 'ABORTED'],
  SUSPENDED: ['EXECUTING', 'ERROR', 'ABORTED'],
  COMPLETED: ['ARCHIVED'],
  ERROR: ['ARCHIVED'],
  ABORTED: ['ARCHIVED'],
  ARCHIVED: [],
  UNKNOWN: [],
}

/** A job enters exactly one of these, once; the event that says so is its terminal event. */
const terminalPhases = ['COMPLETED', 'ERROR', 'ABORTED'] as const satisfies readonly Phase[]
export type TerminalPhase = (typeof terminalPhases)[number]

export function isTerminal(phase: Phase): phase is TerminalPhase {
  return (terminalPhases as readonly Phase[]).includes(phase)
}

/** True once nothing will run for the job any more: a terminal phase, or ARCHIVED after one. */
export function hasEnded(phase: Phase): boolean {
  return isTerminal(phase) || phase === 'ARCHIVED'
}

export function mayMove(from: Phase, to: Phase): boolean {
  return phaseTransitions[from].includes(to)
}
