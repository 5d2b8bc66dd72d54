import { Tooltip } from '@mantine/core'
import { formatUtc } from '../../ui/format-time'
import { RelativeTime } from '../../ui/relative-time'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

interface NotificationTimeProps {
  readonly time: Date | undefined
  /** Whether it stands under the heading of today: then how long ago says more than the clock. */
  readonly today: boolean
}

export function NotificationTime({ time, today }: NotificationTimeProps) {
  if (time === undefined || today) return <RelativeTime time={time} />
  return (
    <Tooltip label={formatUtc(time)}>
      <time dateTime={time.toISOString()}>{clock.format(time)}</time>
    </Tooltip>
  )
}
