import { formatDuration } from '../../../ui/format-duration'
import { formatUtc } from '../../../ui/format-time'
import { useNow } from '../../../ui/use-now'

/** For how long something has waited: "3 d 4 h"; "less than a minute" at first. */
export function waitedFor(since: Date, now: number): string {
  const waited = now - since.getTime()
  return waited < 60_000 ? 'less than a minute' : formatDuration(waited)
}

export function WaitingTime({ since }: { since: Date | undefined }) {
  const now = useNow(20_000)
  if (since === undefined) return <span>–</span>
  return (
    <time dateTime={since.toISOString()} title={`Since ${formatUtc(since)}`} style={{ whiteSpace: 'nowrap' }}>
      {waitedFor(since, now)}
    </time>
  )
}
