import type { ComponentType } from 'react'

// Milliseconds.
const firstRetryMs = 5_000
const lastRetryMs = 300_000

/** Loads what keeps the page live, until it is there: the page works without, so a failure is none of the page's. */
export async function loadLiveNotifications(): Promise<{ default: ComponentType }> {
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, lastRetryMs)) {
    try {
      return await import('./live-notifications')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}
