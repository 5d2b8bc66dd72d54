import { formatDuration } from '../../ui/format-duration'
import { useNow } from '../../ui/use-now'

/** How long something has been running, in whole seconds. */
export function RunningTime({ since }: { since: Date | undefined }) {
  const now = useNow(1_000)
  if (since === undefined) return <span>–</span>
  const seconds = Math.max(0, Math.floor((now - since.getTime()) / 1000))
  return <span className="numeric">{seconds === 0 ? '0 s' : formatDuration(seconds * 1000)}</span>
}
