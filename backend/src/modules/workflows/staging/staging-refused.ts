/** A request of a container's agent that is not granted. The agent passes reason and message on to the step. */
export class StagingRefused extends Error {
  override readonly name = 'StagingRefused'
  /** Of HTTP. From 500 on the agent tries again; below it gives up. */
  readonly status: number
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.reason = reason
  }
}
