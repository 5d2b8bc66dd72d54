/** The first attempt after a socket broke comes within this, milliseconds: a killed server's clients spread over it. */
export const firstSpreadMs = 10_000
const maximumSpreadMs = 60_000

/**
 * Milliseconds to wait before the next attempt, with full jitter: uniform in [0, 10 s), then in [0, 20 s) and so on up
 * to [0, 60 s).
 *
 * @param failures attempts that failed since the socket worked last
 * @param random uniform in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: number): number {
  return random * Math.min(maximumSpreadMs, firstSpreadMs * 2 ** failures)
}

/**
 * Milliseconds to stay away after the server said that it is too much: never less than half the spread.
 *
 * @param refusals how often it said so before, in a row
 */
export function backOffDelayMs(refusals: number, random: number): number {
  return ((1 + random) / 2) * Math.min(maximumSpreadMs, 2 * firstSpreadMs * 2 ** refusals)
}
