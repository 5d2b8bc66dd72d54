import type { JobNotice } from '../job-notice.ts'
import { hasEnded, type Phase } from '../phase-transitions.ts'
import { Wakeups } from './wakeups.ts'

/** What one watch of an organisation's jobs has not been sent yet: each job once, however often it changed. */
export class OrganizationWatcher {
  readonly organizationId: string
  /** Any change of a job. */
  readonly changes = new Wakeups()
  /** Changes of a phase alone, and deletions. */
  readonly phaseChanges = new Wakeups()
  readonly #pending = new Map<string, JobNotice>()
  /** Of jobs that have not ended. */
  readonly #phases = new Map<string, Phase>()
  #interrupted = false

  constructor(organizationId: string) {
    this.organizationId = organizationId
  }

  /** True once changes may have been missed. */
  get interrupted(): boolean {
    return this.#interrupted
  }

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

  interrupt(): void {
    this.#interrupted = true
    this.phaseChanges.wake()
    this.changes.wake()
  }
}
