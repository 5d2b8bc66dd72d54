import type { DeliveryStatus } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { Text } from '@mantine/core'
import { formatWholeSeconds } from '../../ui/format-duration'
import { useNow } from '../../ui/use-now'
import { busLabels } from './delivery-state'
import classes from './operations.module.css'

interface Figure {
  readonly name: string
  readonly value: number | string | undefined
  readonly note?: string | undefined
  readonly warning?: boolean
}

/** Events and mail on their way, at a glance. */
export function DeliveryFigures({ status }: { status: DeliveryStatus | undefined }) {
  const now = useNow(1_000)
  const since = (time: Date | undefined) =>
    time === undefined ? undefined : `for ${formatWholeSeconds(now - time.getTime())}`
  const figures: Figure[] = [
    {
      name: 'Carries events',
      value: status === undefined ? undefined : (busLabels[status.bus] ?? 'Unknown'),
      note: status === undefined ? undefined : status.busConnected ? 'connected' : 'not reached',
      warning: status?.busConnected === false,
    },
    { name: 'Events to be sent on', value: status?.waitingEvents, note: since(status?.oldestEventTime) },
    {
      name: 'On their way to inboxes',
      value: status?.unhandledEvents === -1 ? 'not known' : status?.unhandledEvents,
    },
    { name: 'Events put aside', value: status?.parkedEvents, warning: (status?.parkedEvents ?? 0) > 0 },
  ]
  const mail: Figure[] =
    status?.mailEnabled === false
      ? [{ name: 'Mail', value: 'not set up' }]
      : [
          { name: 'Mails waiting', value: status?.waitingMails, note: since(status?.oldestMailTime) },
          { name: 'Sent in 24 h', value: status?.sentMails },
          { name: 'Refused in 24 h', value: status?.rejectedMails },
          {
            name: 'Given up in 24 h',
            value: status?.failedMails,
            warning: (status?.failedMails ?? 0) > 0,
          },
        ]
  return (
    <dl className={`${classes.figures} ${classes.delivery}`}>
      {[...figures, ...mail].map(({ name, value, note, warning = false }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-warning={warning || undefined}>
            {value === undefined ? '–' : typeof value === 'number' ? value.toLocaleString('en') : value}
            {note !== undefined && (
              <Text
                span
                size="xs"
                fw={450}
                className={classes.beside ?? ''}
                {...(warning ? {} : { c: 'dimmed' })}
              >
                {note}
              </Text>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
