import type { JobNotice } from '../job-notice.ts'
import { hasEnded, type Phase } from '../phase-transitions.ts'
import { Wakeups } from './wakeups.ts'

/** Changes of an organisation's jobs that its watchers were not told of yet: each job once. */
export class GatheredChanges {
  /** Any change of a job. */
  readonly changes = new Wakeups()
  /** Changes of a phase alone, and deletions. */
  readonly phaseChanges = new Wakeups()
  readonly #pending = new Map<string, JobNotice>()
  /** Of jobs that have not ended. */
  readonly #phases = new Map<string, Phase>()

  add(notice: JobNotice): void {
    const { jobId, phase, deleted } = notice
    const moved = deleted || this.#phases.get(jobId) !== phase
    if (deleted || hasEnded(phase)) this.#phases.delete(jobId)
    else this.#phases.set(jobId, phase)
    this.#pending.set(jobId, notice)
    if (moved) this.phaseChanges.wake()
    this.changes.wake()
  }

  take(): readonly JobNotice[] {
    const taken = [...this.#pending.values()]
    this.#pending.clear()
    return taken
  }
}
