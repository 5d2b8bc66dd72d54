import type { JobChange } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { MessageSink } from '../../../server/pushed-stream.ts'
import { watchInterrupted } from '../jobs-errors.ts'

/** The job that changed, and the one message for all who are told. */
export type ChangeNews = readonly [jobId: string, message: JobChange]

/** Jobs that a receiver may be behind with; beyond, it is to list them anew. */
const MISSED_JOBS = 10_000

/** One watch of an organisation's jobs: where its changes go. */
export class ChangeReceiver {
  readonly #sink: MessageSink<JobChange>
  readonly #fail: (error: unknown) => void
  /** The last change of each job that it was not told of, while it is behind. */
  #missed: Map<string, JobChange> | undefined
  #sentAtMs = 0

  constructor(sink: MessageSink<JobChange>, fail: (error: unknown) => void) {
    this.#sink = sink
    this.#fail = fail
  }

  get sentAtMs(): number {
    return this.#sentAtMs
  }

  send([jobId, message]: ChangeNews, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (this.#missed !== undefined) {
      this.#missed.set(jobId, message)
      if (this.#missed.size > MISSED_JOBS) this.#fail(watchInterrupted())
      return
    }
    if (!this.#sink.write(message)) this.#fallBehind()
  }

  /** Not for one that is behind: it has something to read. */
  beat(heartbeat: JobChange, nowMs: number): void {
    this.#sentAtMs = nowMs
    if (this.#missed === undefined && !this.#sink.write(heartbeat)) this.#fallBehind()
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  #fallBehind(): void {
    const missed = new Map<string, JobChange>()
    this.#missed = missed
    this.#catchUp(missed).then(() => {
      this.#missed = undefined
    }, this.#fail)
  }

  async #catchUp(missed: Map<string, JobChange>): Promise<void> {
    do {
      await this.#sink.drained()
      for (const [jobId, message] of missed) {
        missed.delete(jobId)
        if (!this.#sink.write(message)) break
      }
    } while (missed.size > 0)
  }
}
