import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { formatRelative, formatUtc } from './format-time'

/** "3 minutes ago"; the full time on hover and focus. */
export function RelativeTime({ time }: { time: Date | undefined }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000)
    return () => clearInterval(timer)
  }, [])
  if (time === undefined) return <span>–</span>
  return (
    <Tooltip label={formatUtc(time)}>
      <time dateTime={time.toISOString()} style={{ whiteSpace: 'nowrap' }}>
        {formatRelative(time, Math.max(now, Date.now() - 20_000))}
      </time>
    </Tooltip>
  )
}
