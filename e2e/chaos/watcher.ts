import { setTimeout as delay } from 'node:timers/promises'
import type { JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { type ServiceError, status } from '@grpc/grpc-js'
import { isPassing, type JobClient } from './job-client.ts'

/** Heartbeats are promised at least every 15 s. */
const SILENCE_MS = 20_000
const BEFORE_RECONNECT_MS = 150
const terminal: readonly string[] = ['PHASE_COMPLETED', 'PHASE_ERROR', 'PHASE_ABORTED']

/** One who watches a job to its end, and comes back with the last sequence whenever the stream breaks. */
export class Watcher {
  readonly job: string
  readonly violations: string[] = []
  /** The phase that the job was seen to end in. */
  ended: string | undefined
  last = 0n
  reconnects = 0
  /** Set by whoever deletes the job: from then on it may be gone. */
  mayBeGone = false
  readonly #client: JobClient

  constructor(client: JobClient, job: string) {
    this.#client = client
    this.job = job
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#connect(signal)
      if (this.ended !== undefined) return
      if (error?.code === status.NOT_FOUND) {
        if (!this.mayBeGone) this.violations.push(`${this.job}: a watched job was not found`)
        return
      }
      if (error !== undefined && !isPassing(error) && !signal.aborted) {
        this.violations.push(`${this.job}: a watch ended with ${status[error.code]} ${error.details}`)
      }
      this.reconnects++
      await delay(BEFORE_RECONNECT_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** One stream to its end; resolves with its error. */
  #connect(signal: AbortSignal): Promise<ServiceError | undefined> {
    return new Promise((resolve) => {
      const stream = this.#client.watch(this.job, this.last)
      const silent = setTimeout(() => {
        this.violations.push(`${this.job}: a watch was silent for ${SILENCE_MS / 1_000} s`)
        stream.cancel()
      }, SILENCE_MS)
      const cancel = () => stream.cancel()
      signal.addEventListener('abort', cancel, { once: true })
      const finish = (error?: ServiceError) => {
        clearTimeout(silent)
        signal.removeEventListener('abort', cancel)
        resolve(error)
      }
      stream.on('data', (event: JobEvent) => {
        silent.refresh()
        this.#see(event)
      })
      stream.on('error', finish)
      stream.on('end', () => finish())
    })
  }

  #see({ sequence, event }: JobEvent): void {
    if (event?.$case === 'heartbeat') return
    if (sequence !== this.last + 1n) {
      this.violations.push(`${this.job}: a watcher at ${this.last} was sent ${sequence}`)
    }
    if (this.ended !== undefined) {
      this.violations.push(`${this.job}: a watcher was sent ${sequence} after ${this.ended}`)
    }
    this.last = sequence
    if (event?.$case === 'phase' && terminal.includes(event.value.phase)) this.ended = event.value.phase
  }
}
