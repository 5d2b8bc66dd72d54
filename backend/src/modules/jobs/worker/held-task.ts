import type { ClaimedTask } from '../task-store.ts'

/** Why a worker stops a task that it runs. */
export type StopReason =
  /** The job has ended, or another worker has the task: nothing of the attempt counts any more. */
  | 'LOST'
  /** The worker stops: the task goes back to the queue. */
  | 'RELEASED'

/** A task that this worker runs. */
export class HeldTask {
  readonly task: ClaimedTask
  readonly #controller = new AbortController()
  #stopReason: StopReason | undefined

  constructor(task: ClaimedTask) {
    this.task = task
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get stopReason(): StopReason | undefined {
    return this.#stopReason
  }

  stop(reason: StopReason): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#controller.abort(new Error(`the task was stopped: ${reason}`))
  }
}
