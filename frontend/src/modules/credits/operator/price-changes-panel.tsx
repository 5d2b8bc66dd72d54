import { Button, Table, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { formatUtc } from '../../../ui/format-time'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { usePriceChanges } from './price-queries'

/** What prices were before. */
export function PriceChangesPanel() {
  const [pages, setPages] = useState(1)
  const changes = usePriceChanges(pages)
  const shown = changes.data
  return (
    <Panel title="Changes of prices" flush>
      {shown === undefined ? (
        changes.isError ? (
          <ErrorState error={changes.error} onRetry={() => changes.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : shown.items.length === 0 ? (
        <EmptyState compact icon={IconHistory} title="No price was ever set" />
      ) : (
        <Table fz="sm" aria-label="Changes of prices">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Price</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                A job
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                A task-second
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                A GB of results
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Free in a month
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.items.map(({ time, actorDisplayName, price, removed }) => {
              if (price === undefined) return null
              const { creditClass } = price
              const rates = [
                price.perJob,
                price.perTaskSecond,
                price.perOutputGb,
                price.freePerMonth,
              ] as const
              return (
                <Table.Tr key={`${time?.toISOString()} ${price.service} ${creditClass}`}>
                  <Table.Td className={classes.name}>
                    <Text size="sm" truncate>
                      <Text span inherit fw={570}>
                        {price.service}
                      </Text>
                      , <ClassLabel name={creditClass} /> {removed && <Tag color="orange">Removed</Tag>}
                    </Text>
                    {!removed && (
                      <Text size="xs" hiddenFrom="sm" component="div">
                        {rates.map((rate, index) => (
                          <span key={labels[index]}>
                            {index > 0 && ' · '}
                            {labels[index]} <AmountText amount={rate} creditClass={creditClass} />
                          </span>
                        ))}
                      </Text>
                    )}
                    <Text size="xs" c="dimmed">
                      {time !== undefined && formatUtc(time)}
                      {actorDisplayName !== '' && ` by ${actorDisplayName}`}
                    </Text>
                  </Table.Td>
                  {rates.map((rate, index) => (
                    <Table.Td key={labels[index]} ta="right" visibleFrom="sm">
                      {removed ? '–' : <AmountText amount={rate} creditClass={creditClass} />}
                    </Table.Td>
                  ))}
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      )}
      {shown?.more === true && (
        <Button
          variant="subtle"
          fullWidth
          radius={0}
          loading={changes.isFetching}
          onClick={() => setPages(pages + 1)}
        >
          Earlier changes
        </Button>
      )}
    </Panel>
  )
}

const labels = ['job', 'second', 'GB', 'free'] as const
