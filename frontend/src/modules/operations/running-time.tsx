import { formatWholeSeconds } from '../../ui/format-duration'
import { useNow } from '../../ui/use-now'

/** How long something has been running, in whole seconds. */
export function RunningTime({ since }: { since: Date | undefined }) {
  const now = useNow(1_000)
  if (since === undefined) return <span>–</span>
  return <span className="numeric">{formatWholeSeconds(now - since.getTime())}</span>
}
