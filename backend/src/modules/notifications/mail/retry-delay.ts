const FIRST_DELAY_MS = 60_000
const LAST_DELAY_MS = 6 * 3_600_000

/**
 * With the delays between them, about three days. RFC 5321, section 4.5.4.1, gives relays four to five; a
 * notification is stale before.
 */
export const MAX_ATTEMPTS = 20

/**
 * @param attempts that the server has answered, from 1
 * @param random in [0, 1)
 * @returns ms until the next: a minute, doubled each time up to six hours, give or take a quarter, so that mails
 *   that were refused together do not come back together
 */
export function retryDelayMs(attempts: number, random: number): number {
  const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 30))
  return Math.round(delay * (0.75 + 0.5 * random))
}
