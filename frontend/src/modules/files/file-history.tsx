import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { eventSentence } from './file-event-words'
import { fileId, organizationOf } from './file-name'
import classes from './file-page.module.css'
import { useFileEvents } from './file-queries'

/** What happened to a file, and who did it. */
export function FileHistory({ file }: { file: File }) {
  const [tokens, setTokens] = useState<readonly string[]>([''])
  const events = useFileEvents(organizationOf(file.name), fileId(file.name), tokens.at(-1) ?? '', true)
  const next = events.data?.nextPageToken ?? ''
  return (
    <Panel title="History" flush>
      {events.data === undefined ? (
        events.isError ? (
          <ErrorState error={events.error} onRetry={() => void events.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : (
        <ol className={classes.history} aria-label="History of the file">
          {events.data.events.map((event, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no name of their own; their order stays.
            <li key={place}>
              <div className={classes.what}>
                {eventSentence(event)}
                <Text size="xs" c="dimmed">
                  {[
                    event.actorDisplayName || 'Fairlead',
                    event.version > 0 && file.versionCount > 1 && `version ${event.version}`,
                  ]
                    .filter((part) => part !== false)
                    .join(' · ')}
                </Text>
              </div>
              <Text size="xs" c="dimmed">
                <RelativeTime time={event.time} />
              </Text>
            </li>
          ))}
        </ol>
      )}
      {(next !== '' || tokens.length > 1) && (
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end', padding: 12 }}>
          <Button
            size="compact-sm"
            variant="default"
            disabled={tokens.length === 1}
            onClick={() => setTokens(tokens.slice(0, -1))}
          >
            Earlier
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={next === ''}
            onClick={() => setTokens([...tokens, next])}
          >
            Later
          </Button>
        </div>
      )}
    </Panel>
  )
}
