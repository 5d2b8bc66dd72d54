import type {
  ParkedAt,
  ParkedEvent,
  ParkedEventState,
} from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { Button, Code, Group, Switch, Table, Text, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconParking } from '@tabler/icons-react'
import { Fragment, useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { useParkedEvents, useSettleParkedEvent } from './delivery-queries'
import { formatPayload } from './delivery-state'
import classes from './operations.module.css'
import { StaleNotice } from './stale-notice'

const places: Partial<Record<ParkedAt, string>> = {
  PARKED_AT_RELAY: 'could not be sent on',
  PARKED_AT_NOTIFICATIONS: 'could not be turned into notifications',
}

const states: Partial<Record<ParkedEventState, { label: string; color: string }>> = {
  PARKED_EVENT_STATE_PARKED: { label: 'Put aside', color: 'orange' },
  PARKED_EVENT_STATE_RETRIED: { label: 'Retried', color: 'teal' },
  PARKED_EVENT_STATE_DISCARDED: { label: 'Discarded', color: 'gray' },
}

/** Events that were put aside so that others go on. */
export function ParkedEvents({ mayOperate }: { mayOperate: boolean }) {
  const [showSettled, setShowSettled] = useState(false)
  const [pages, setPages] = useState(1)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [discarding, setDiscarding] = useState<ParkedEvent>()
  const parked = useParkedEvents(showSettled, pages)
  const settle = useSettleParkedEvent()
  const data = parked.data

  const toggle = (name: string) => {
    const next = new Set(open)
    if (!next.delete(name)) next.add(name)
    setOpen(next)
  }

  return (
    <Panel
      title="Events put aside"
      flush
      actions={
        <Switch
          size="xs"
          label="Also settled ones"
          checked={showSettled}
          onChange={(event) => {
            setShowSettled(event.currentTarget.checked)
            setPages(1)
          }}
        />
      }
    >
      {data === undefined ? (
        parked.isError ? (
          <ErrorState error={parked.error} onRetry={() => parked.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState
          compact
          icon={IconParking}
          title="No event is put aside"
          text="One that cannot be sent or understood stands here with the reason, so that others go on."
        />
      ) : (
        <Table fz="sm" aria-label="Events put aside" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Event</Table.Th>
              <Table.Th visibleFrom="sm">Reason</Table.Th>
              <Table.Th visibleFrom="xs">Put aside</Table.Th>
              <Table.Th>State</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((event) => {
              const shown = open.has(event.name)
              const { label, color } = states[event.state] ?? { label: 'Unknown', color: 'gray' }
              const [type, about] = splitRoutingKey(event.routingKey)
              const orders = mayOperate && event.state === 'PARKED_EVENT_STATE_PARKED' && (
                <Group gap={6} mt={8}>
                  <Button
                    size="compact-xs"
                    variant="default"
                    loading={settle.isPending && settle.variables.event.name === event.name}
                    onClick={() => settle.mutate({ event, what: 'retry' })}
                  >
                    Retry
                  </Button>
                  <Button size="compact-xs" variant="default" onClick={() => setDiscarding(event)}>
                    Discard…
                  </Button>
                </Group>
              )
              return (
                <Fragment key={event.name}>
                  <Table.Tr>
                    <Table.Td className={classes.name}>
                      <UnstyledButton
                        className={classes.disclosure ?? ''}
                        aria-expanded={shown}
                        onClick={() => toggle(event.name)}
                      >
                        {shown ? (
                          <IconChevronDown size={15} aria-hidden />
                        ) : (
                          <IconChevronRight size={15} aria-hidden />
                        )}
                        <span className="mono">{type}</span>
                      </UnstyledButton>
                      <Text size="xs" c="dimmed" truncate title={event.routingKey} pl={21}>
                        {about === '' ? 'of no organisation' : about}
                      </Text>
                      <Text size="xs" hiddenFrom="sm" pl={21} style={{ overflowWrap: 'anywhere' }}>
                        {event.reason}: {event.message}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="sm" className={classes.reason}>
                      <Text size="sm" className="mono">
                        {event.reason}
                      </Text>
                      <Text size="xs" c="dimmed" lineClamp={2} title={event.message}>
                        {places[event.parkedAt]}
                        {event.message !== '' && `: ${event.message}`}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="xs" c="dimmed">
                      <RelativeTime time={event.parkTime} />
                    </Table.Td>
                    <Table.Td className={classes.tight}>
                      <Tag color={color}>{label}</Tag>
                      {orders}
                    </Table.Td>
                  </Table.Tr>
                  {shown && (
                    <Table.Tr>
                      <Table.Td colSpan={4} className={classes.details}>
                        <Text size="xs" c="dimmed" mb={6}>
                          Happened <RelativeTime time={event.createTime} />. {event.message}
                        </Text>
                        <Code
                          block
                          className={classes.payload ?? ''}
                          tabIndex={0}
                          aria-label="What the event says"
                        >
                          {formatPayload(event.payload)}
                        </Code>
                      </Table.Td>
                    </Table.Tr>
                  )}
                </Fragment>
              )
            })}
          </Table.Tbody>
        </Table>
      )}
      {data?.more === true && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setPages(pages + 1)}>
          More events
        </Button>
      )}
      {data !== undefined && <StaleNotice error={parked.error} />}
      <ConfirmDialog
        opened={discarding !== undefined}
        title="Discard this event?"
        text={
          <>
            Nobody is told of <strong className="mono">{discarding?.routingKey}</strong> then. What happened
            has happened: the job or the member stays as it is. This cannot be undone.
          </>
        }
        confirm="Discard the event"
        pending={settle.isPending}
        onConfirm={() =>
          discarding !== undefined &&
          settle.mutate({ event: discarding, what: 'discard' }, { onSettled: () => setDiscarding(undefined) })
        }
        onClose={() => setDiscarding(undefined)}
      />
    </Panel>
  )
}

/** "jobs.completed" and the organisation's id, which is empty for none. */
function splitRoutingKey(routingKey: string): [type: string, about: string] {
  const cut = routingKey.lastIndexOf('.')
  const about = routingKey.slice(cut + 1)
  return [routingKey.slice(0, cut), about === '-' ? '' : about]
}
