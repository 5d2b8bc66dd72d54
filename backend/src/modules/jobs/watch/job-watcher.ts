import type { MessageSink } from '../../../server/pushed-stream.ts'
import type { JobEventRecord } from '../job.ts'
import { isTerminal } from '../phase-transitions.ts'

/** Says that the watch stands while nothing happens. */
export interface Heartbeat {
  readonly kind: 'heartbeat'
  readonly time: Date
}

/** What a watch of a job is sent. Each is one object for all of the job's watchers. */
export type JobNews = JobEventRecord | Heartbeat

/** Why a watcher no longer follows live: it is behind, or nothing more will come. */
export type LiveEnd = 'behind' | 'over'

/** One watch of a job: how far it was sent the job's events, and where to. */
export class JobWatcher {
  readonly #sink: MessageSink<JobNews>
  #position: bigint
  #ended: boolean
  #sentAtMs: number | undefined
  #leave: ((end: LiveEnd) => void) | undefined
  #fail: ((error: unknown) => void) | undefined

  /** @param ended whether the job's terminal event is not after `position` */
  constructor(sink: MessageSink<JobNews>, position: bigint, ended: boolean) {
    this.#sink = sink
    this.#position = position
    this.#ended = ended
  }

  /** Sequence of the last event that was sent. */
  get position(): bigint {
    return this.#position
  }

  /** True once the terminal event was sent: what is there after it still comes, and then no more. */
  get ended(): boolean {
    return this.#ended
  }

  /** Undefined before anything was sent. */
  get sentAtMs(): number | undefined {
    return this.#sentAtMs
  }

  /** Returns false when the receiver is behind: it has the event, and is to be sent no other until drained. */
  send(event: JobEventRecord, nowMs: number): boolean {
    this.#position = event.sequence
    this.#sentAtMs = nowMs
    if (event.kind === 'phase' && isTerminal(event.payload.phase)) this.#ended = true
    return this.#sink.write(event)
  }

  beat(heartbeat: Heartbeat, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (!this.#sink.write(heartbeat)) this.leave('behind')
  }

  drained(): Promise<void> {
    return this.#sink.drained()
  }

  /** While it follows live, events are pushed to it; resolves when it does no longer. */
  live(): Promise<LiveEnd> {
    return new Promise((resolve, reject) => {
      this.#leave = resolve
      this.#fail = reject
    })
  }

  leave(end: LiveEnd): void {
    this.#leave?.(end)
  }

  fail(error: unknown): void {
    this.#fail?.(error)
  }
}
