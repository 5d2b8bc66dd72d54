import { formatDuration, formatWholeSeconds } from '../../../ui/format-duration'
import { useNow } from '../../../ui/use-now'

interface TickingDurationProps {
  readonly start: Date | undefined
  readonly end: Date | undefined
  /** Whether it goes on; nothing is told of what did not, and has no end. */
  readonly isMoving: boolean
}

/** How long something took, or has taken until now. */
export function TickingDuration({ start, end, isMoving }: TickingDurationProps) {
  if (start === undefined || (end === undefined && !isMoving)) return null
  if (end !== undefined) return <>{formatDuration(end.getTime() - start.getTime())}</>
  return <Ticking start={start} />
}

function Ticking({ start }: { start: Date }) {
  const now = useNow(1_000)
  return <>{formatWholeSeconds(now - start.getTime())}</>
}
