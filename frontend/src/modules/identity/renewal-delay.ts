const MARGIN_SECONDS = 60
/** Timers of browsers end at 24.8 days. */
const MOST_SECONDS = 86_400

/** How long to wait before renewing a token: a minute before it expires, or for the last quarter of a short life. */
export function renewalDelayMs(expiresInSeconds: number): number {
  const margin = Math.min(MARGIN_SECONDS, expiresInSeconds / 4)
  // Never at once: a provider whose tokens have expired when they arrive would be asked without end.
  return Math.min(Math.max(1, expiresInSeconds - margin), MOST_SECONDS) * 1000
}
