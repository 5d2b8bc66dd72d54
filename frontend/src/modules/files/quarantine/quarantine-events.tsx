import { Text } from '@mantine/core'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { RelativeTime } from '../../../ui/relative-time'
import { StaleNotice } from '../../operations/stale-notice'
import classes from './quarantine.module.css'
import { useQuarantineEvents } from './quarantine-queries'

interface QuarantineEventsProps {
  /** "quarantine/{uuid}" */
  readonly name: string
  readonly displayName: string
}

/** What happened to a file, oldest first. */
export function QuarantineEvents({ name, displayName }: QuarantineEventsProps) {
  const events = useQuarantineEvents(name)
  if (events.data === undefined) {
    return events.isError ? (
      <ErrorState error={events.error} onRetry={() => events.refetch()} />
    ) : (
      <ListSkeleton rows={3} height={14} />
    )
  }
  return (
    <>
      <ol className={classes.events} aria-label={`History of ${displayName}`}>
        {events.data.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events have no names, and are only added at the end.
          <li key={index}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {event.description || event.kind}
            </Text>
            <Text size="xs" c="dimmed">
              {event.version > 0 && `Version ${event.version}, `}
              {event.actorDisplayName !== '' && `by ${event.actorDisplayName}, `}
              <RelativeTime time={event.time} />
            </Text>
          </li>
        ))}
      </ol>
      <StaleNotice error={events.error} />
    </>
  )
}
