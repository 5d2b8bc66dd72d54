import { formatDuration, formatWholeSeconds } from '../../../ui/format-duration'
import { useNow } from '../../../ui/use-now'

interface TickingDurationProps {
  readonly start: Date | undefined
  /** Undefined while it goes on. */
  readonly end: Date | undefined
}

/** How long something took, or has taken until now. */
export function TickingDuration({ start, end }: TickingDurationProps) {
  if (start === undefined) return null
  if (end !== undefined) return <>{formatDuration(end.getTime() - start.getTime())}</>
  return <Ticking start={start} />
}

function Ticking({ start }: { start: Date }) {
  const now = useNow(1_000)
  return <>{formatWholeSeconds(now - start.getTime())}</>
}
