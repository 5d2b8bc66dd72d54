import { formatWholeSeconds } from '../../ui/format-duration'
import { formatUtc } from '../../ui/format-time'
import { useNow } from '../../ui/use-now'

/** How long a lease still holds; counts down between two answers of the server. */
export function LeaseTime({ time }: { time: Date | undefined }) {
  const now = useNow(1_000)
  if (time === undefined) return <span>–</span>
  const leftMs = time.getTime() - now
  return (
    <time dateTime={time.toISOString()} title={formatUtc(time)} className="numeric">
      {leftMs <= 0 ? 'expired' : `${formatWholeSeconds(leftMs)} left`}
    </time>
  )
}
