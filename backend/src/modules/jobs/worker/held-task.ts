import type { ClaimedTask } from '../queue/claim-tasks.ts'

/** Why a worker stops a task that it runs. */
export type StopReason =
  /** The job has ended or was suspended, or another worker has the task: nothing of the attempt counts any more. */
  | 'LOST'
  /** The worker stops or is drained: the task goes back to the queue. */
  | 'RELEASED'

/** A task that this worker holds: it runs, or is to run shortly. */
export class HeldTask {
  readonly task: ClaimedTask
  readonly #running = new AbortController()
  readonly #owned = new AbortController()
  #stopReason: StopReason | undefined
  #began = false

  constructor(task: ClaimedTask) {
    this.task = task
  }

  /** Aborted when the task is to stop, for whichever reason. */
  get signal(): AbortSignal {
    return this.#running.signal
  }

  /** Aborted when the attempt is lost: nothing is to be written of it. */
  get lost(): AbortSignal {
    return this.#owned.signal
  }

  get stopReason(): StopReason | undefined {
    return this.#stopReason
  }

  get began(): boolean {
    return this.#began
  }

  begin(): void {
    this.#began = true
  }

  stop(reason: StopReason): void {
    if (reason === 'LOST') this.#owned.abort(new Error('the attempt was lost'))
    if (this.#stopReason === undefined || reason === 'LOST') this.#stopReason = reason
    this.#running.abort(new Error(`the task was stopped: ${reason}`))
  }
}
