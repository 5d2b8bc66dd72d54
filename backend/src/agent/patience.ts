import { setTimeout } from 'node:timers/promises'
import { AgentFailure } from './agent-failure.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Something that may go well a moment later: a server that starts, a connection that broke. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain'
  /** Spent at the end of the try in which nothing came. */
  readonly waitedMs: number

  constructor(
    message: string,
    { waitedMs = 0, ...options }: ErrorOptions & { readonly waitedMs?: number } = {},
  ) {
    super(message, options)
    this.waitedMs = waitedMs
  }
}

/**
 * Does it again, with pauses that grow, while it throws TryAgain. The patience begins anew with each call: it is for a
 * server that is away, not for the work.
 *
 * @throws AgentFailure UNREACHABLE once the patience is over; whatever else the work throws
 */
export async function withPatience<Result>(
  patienceMs: number,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  let deadline: number | undefined
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const begun = performance.now()
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TryAgain)) throw error
      const now = performance.now()
      // A try that moved data for long was not spent waiting for a server that is away.
      if (deadline === undefined || now - begun - error.waitedMs > patienceMs / 2) deadline = now + patienceMs
      if (now >= deadline) {
        const seconds = Math.round(patienceMs / 1000)
        const sentence = `Fairlead's files were out of reach for ${seconds} s: ${error.message}.`
        throw new AgentFailure('UNREACHABLE', sentence, { cause: error })
      }
      // Jitter, so that the containers of a step do not come back all at once.
      await setTimeout(Math.min(pauseMs * (0.5 + Math.random() / 2), deadline - now), undefined, { signal })
    }
  }
}
