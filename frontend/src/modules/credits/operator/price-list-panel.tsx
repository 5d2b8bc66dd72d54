import type { Price } from '@fairlead/proto/web/fairlead/credits/v1/pricing'
import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { ActionIcon, Button, Menu, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconCoins, IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { notifyFailure, notifySuccess } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { useCaller } from '../../identity/caller'
import { useServicesOffered } from '../../jobs/job-queries'
import { StaleNotice } from '../../operations/stale-notice'
import { AmountText } from '../amount-text'
import { creditClassOf, useCreditClasses } from '../use-credit-classes'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { PriceDialog } from './price-dialog'
import { usePrices, useRemovePrice } from './price-queries'

/** What is edited: a price that there is, or a new one of a service. */
interface Editing {
  readonly service: Service
  readonly price: Price | undefined
  readonly opened: boolean
}

/** The price list, service by service; the class that expires first pays first. */
export function PriceListPanel({ mayConfigure }: { mayConfigure: boolean }) {
  const { data: caller } = useCaller()
  const operator = caller?.memberships.find(({ kind }) => kind === 'ORGANIZATION_KIND_OPERATOR')?.slug ?? ''
  const services = useServicesOffered(operator)
  const prices = usePrices()
  const remove = useRemovePrice()
  const [editing, setEditing] = useState<Editing>()
  const [removing, setRemoving] = useState<Price>()
  const error = services.error ?? prices.error
  const groups = groupsOf(services.data, prices.data)
  return (
    <Panel title="Price list" flush>
      {groups === undefined ? (
        error !== null ? (
          <ErrorState
            error={error}
            onRetry={() => {
              void services.refetch()
              void prices.refetch()
            }}
          />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : groups.length === 0 ? (
        <EmptyState icon={IconCoins} title="There are no services" />
      ) : (
        <Table fz="sm" aria-label="Price list">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Paid with</Table.Th>
              <Table.Th ta="right">A job</Table.Th>
              <Table.Th ta="right">A task-second</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                A GB of results
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Free in a month
              </Table.Th>
              {mayConfigure && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          {groups.map(({ service, rows }) => (
            <Table.Tbody key={service.id}>
              <Table.Tr className={classes.group}>
                <Table.Th colSpan={mayConfigure ? 6 : 5} scope="rowgroup">
                  <div className={classes.groupLine}>
                    <span>
                      <Text span inherit fw={620} c="var(--mantine-color-text)">
                        {service.displayName || service.id}
                      </Text>{' '}
                      {rows.length === 0 && 'costs nothing'}
                    </span>
                    {mayConfigure && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Add a price of ${service.displayName || service.id}`}
                        onClick={() => setEditing({ service, price: undefined, opened: true })}
                      >
                        Add a price
                      </Button>
                    )}
                  </div>
                </Table.Th>
              </Table.Tr>
              {rows.map((price) => (
                <PriceRow
                  key={price.creditClass}
                  price={price}
                  mayConfigure={mayConfigure}
                  onEdit={() => setEditing({ service, price, opened: true })}
                  onRemove={() => setRemoving(price)}
                />
              ))}
            </Table.Tbody>
          ))}
        </Table>
      )}
      {groups !== undefined && <StaleNotice error={error} />}
      {editing !== undefined && (
        <PriceDialog
          key={`${editing.service.id} ${editing.price?.creditClass ?? ''}`}
          service={editing.service}
          price={editing.price}
          taken={(prices.data ?? [])
            .filter(({ service }) => service === editing.service.id)
            .map(({ creditClass }) => creditClass)}
          opened={editing.opened}
          onClose={() => setEditing({ ...editing, opened: false })}
        />
      )}
      <ConfirmDialog
        opened={removing !== undefined}
        title="Remove this price?"
        text={
          removing !== undefined && (
            <>
              Credits of <ClassLabel name={removing.creditClass} /> do not pay for {removing.service} any
              more.
              {(prices.data ?? []).filter(({ service }) => service === removing.service).length === 1 &&
                ' It has no other price: it costs nothing then.'}{' '}
              Jobs that were submitted keep their price.
            </>
          )
        }
        confirm="Remove the price"
        pending={remove.isPending}
        onConfirm={() => {
          if (removing === undefined) return
          remove.mutate(
            { service: removing.service, creditClass: removing.creditClass },
            {
              onSuccess: () => notifySuccess('Price removed', removing.service),
              onError: (failure) => notifyFailure('The price was not removed', failure),
              onSettled: () => setRemoving(undefined),
            },
          )
        }}
        onClose={() => setRemoving(undefined)}
      />
    </Panel>
  )
}

interface PriceRowProps {
  readonly price: Price
  readonly mayConfigure: boolean
  readonly onEdit: () => void
  readonly onRemove: () => void
}

function PriceRow({ price, mayConfigure, onEdit, onRemove }: PriceRowProps) {
  const creditClass = creditClassOf(useCreditClasses().data, price.creditClass)
  const amount = (value: bigint) =>
    value === 0n ? (
      <Text span inherit c="dimmed">
        –
      </Text>
    ) : (
      <AmountText amount={value} creditClass={price.creditClass} />
    )
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        <Text size="sm" truncate>
          <ClassLabel name={price.creditClass} />
        </Text>
        {creditClass?.expired === true && (
          <Text size="xs" className={classes.warning}>
            Expired: pays for nothing
          </Text>
        )}
        <Text size="xs" c="dimmed" hiddenFrom="sm" component="div">
          GB {amount(price.perOutputGb)} · free {amount(price.freePerMonth)}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{amount(price.perJob)}</Table.Td>
      <Table.Td ta="right">{amount(price.perTaskSecond)}</Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        {amount(price.perOutputGb)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        {amount(price.freePerMonth)}
      </Table.Td>
      {mayConfigure && (
        <Table.Td>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                aria-label={`Actions on the price of ${price.service} in ${creditClass?.displayName ?? price.creditClass}`}
              >
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onEdit}>Change the price</Menu.Item>
              <Menu.Item color="red" onClick={onRemove}>
                Remove the price
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Table.Td>
      )}
    </Table.Tr>
  )
}

interface Group {
  readonly service: Service
  readonly rows: readonly Price[]
}

/** Every service with its prices; a service that is gone keeps those that it has. */
function groupsOf(
  services: readonly Service[] | undefined,
  prices: readonly Price[] | undefined,
): Group[] | undefined {
  if (services === undefined || prices === undefined) return undefined
  const gone = new Set(prices.map(({ service }) => service))
  for (const { id } of services) gone.delete(id)
  const unknown = [...gone].map(
    (id): Service => ({
      id,
      displayName: `${id} (no longer offered)`,
      description: '',
      parameters: [],
      defaultExecutionDuration: undefined,
      maxExecutionDuration: undefined,
    }),
  )
  return [...services, ...unknown].map((service) => ({
    service,
    rows: prices.filter((price) => price.service === service.id),
  }))
}
