import type { JobError, JobEvent, Phase, PhaseNote } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

export interface PhaseEntry {
  readonly phase: Phase
  readonly time: Date | undefined
  readonly error: JobError | undefined
  readonly note: PhaseNote | undefined
}

export interface LogEntry {
  readonly sequence: number
  readonly time: Date | undefined
  readonly task: number
  /** Of a step of a workflow: the number of the container that wrote it. */
  readonly container?: number | undefined
  readonly text: string
}

/** What a job's events tell, up to `lastSequence`. */
export interface JobHistory {
  readonly lastSequence: bigint
  readonly phases: readonly PhaseEntry[]
  /** Undefined before the first progress event. */
  readonly progress: number | undefined
  /** The last lines. */
  readonly log: readonly LogEntry[]
  /** Lines that were written, those that are no more in `log` included. */
  readonly logCount: number
  readonly resultCount: number
}

export const emptyHistory: JobHistory = {
  lastSequence: 0n,
  phases: [],
  progress: undefined,
  log: [],
  logCount: 0,
  resultCount: 0,
}

/** The last lines are kept: a log is read from its end. */
const maximumLogLines = 2_000

/** Repeated and reordered events change nothing; heartbeats carry sequence 0. */
export function withEvent(history: JobHistory, event: JobEvent): JobHistory {
  if (event.sequence <= history.lastSequence || event.event === undefined) return history
  const next = { ...history, lastSequence: event.sequence }
  switch (event.event.$case) {
    case 'phase': {
      const { phase, error, note } = event.event.value
      return { ...next, phases: [...history.phases, { phase, error, note, time: event.time }] }
    }
    case 'progress':
      return { ...next, progress: event.event.value }
    case 'log': {
      const { task, container, text } = event.event.value
      const entry = { sequence: Number(event.sequence), time: event.time, task, container, text }
      return {
        ...next,
        log: [...history.log.slice(1 - maximumLogLines), entry],
        logCount: history.logCount + 1,
      }
    }
    case 'result':
      return { ...next, resultCount: history.resultCount + 1 }
    case 'heartbeat':
      return history
  }
}

export function lastPhase(history: JobHistory): Phase | undefined {
  return history.phases.at(-1)?.phase
}
