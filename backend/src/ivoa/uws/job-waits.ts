import { type Job, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { LocalCalls } from '../../server/local-calls.ts'
import type { Exchange } from '../http/index.ts'

export interface JobWaitLimits {
  /** What WAIT=-1 means, and the longest that any client waits. Seconds. */
  readonly maxSeconds: number
  /** Clients that wait at once; one more is answered without waiting (UWS 1.1, section 2.2.1.2). */
  readonly maxWaits: number
}

/** In other phases a client could wait for ever (UWS 1.1, section 2.2.1.2). */
const ACTIVE: ReadonlySet<Job['phase']> = new Set(['PHASE_PENDING', 'PHASE_QUEUED', 'PHASE_EXECUTING'])

/** Clients that block until the phase of a job changes. Each holds a watch of the job, and asks for nothing. */
export class JobWaits {
  readonly #calls: LocalCalls
  readonly #limits: JobWaitLimits
  #waits = 0

  constructor(calls: LocalCalls, limits: JobWaitLimits) {
    this.#calls = calls
    this.#limits = limits
  }

  /**
   * Resolves when the phase has changed since the job was read, when the job is gone, or when the time is up.
   *
   * @param seconds -1 means as long as the server lets anyone wait
   * @returns whether the job may have changed
   */
  async wait({ call, signal }: Exchange, job: Job, seconds: number): Promise<boolean> {
    const { maxSeconds, maxWaits } = this.#limits
    if (seconds === 0 || !ACTIVE.has(job.phase) || this.#waits >= maxWaits) return false
    const waitMs = 1000 * (seconds < 0 ? maxSeconds : Math.min(seconds, maxSeconds))
    const enough = new AbortController()
    const timer = setTimeout(() => enough.abort(), waitMs)
    const both = AbortSignal.any([signal, enough.signal])
    const request = { name: job.name, afterSequence: job.lastSequence }
    this.#waits++
    try {
      const events = this.#calls.stream(JobServiceService.watchJob, request, { ...call, signal: both })
      for await (const { event } of events) {
        if (event?.$case === 'phase') break
      }
    } catch (error) {
      // Its client is gone, or the server stops; or the time is up, which is an answer.
      signal.throwIfAborted()
      if (!enough.signal.aborted) throw error
    } finally {
      clearTimeout(timer)
      this.#waits--
    }
    return true
  }
}
