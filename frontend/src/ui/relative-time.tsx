import { Tooltip } from '@mantine/core'
import { useEffect, useReducer } from 'react'
import { formatRelative, formatUtc } from './format-time'

/** "3 minutes ago"; the full time on hover and focus. */
export function RelativeTime({ time }: { time: Date | undefined }) {
  const [, refresh] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(refresh, 20_000)
    return () => clearInterval(timer)
  }, [])
  if (time === undefined) return <span>–</span>
  return (
    <Tooltip label={formatUtc(time)}>
      <time dateTime={time.toISOString()} style={{ whiteSpace: 'nowrap' }}>
        {formatRelative(time, Date.now())}
      </time>
    </Tooltip>
  )
}
