import type { QueuePosition } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { formatDuration } from '../../ui/format-duration'

/** In a sentence of its own. */
export function queuePlace({ jobsAhead }: QueuePosition): string {
  if (jobsAhead === 0) return 'Next in line'
  return `${jobsAhead} ${jobsAhead === 1 ? 'job' : 'jobs'} ahead`
}

/** @param now milliseconds since the epoch */
export function expectedStart({ expectedStartTime }: QueuePosition, now: number): string {
  if (expectedStartTime === undefined) return 'no worker takes tasks now'
  const aheadMs = expectedStartTime.getTime() - now
  if (aheadMs < 5_000) return 'starts at any moment'
  // An estimate: no more digits than it is worth.
  const seconds = aheadMs / 1000
  const step = seconds < 60 ? 5 : seconds < 3_600 ? 60 : 600
  return `starts in about ${formatDuration(Math.round(seconds / step) * step * 1000)}`
}
