import type { Logger } from 'pino'

/** Does one step of a sweep: what fails in it is for the next sweep, and keeps no other step from being done. */
export async function sweepStep<Result>(
  log: Logger,
  step: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    log.warn({ err: error, step }, 'a step of a sweep failed; the next sweep tries again')
    return undefined
  }
}
