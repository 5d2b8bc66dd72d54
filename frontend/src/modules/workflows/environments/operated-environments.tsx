import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { ActionIcon, Button, Menu, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import {
  IconDots,
  IconLock,
  IconLockOpen,
  IconPencil,
  IconPlus,
  IconServerOff,
  IconTrash,
} from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { notifyFailure } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { StaleNotice } from '../../operations/stale-notice'
import { useAllEnvironments, useDeleteEnvironment, useUpdateEnvironment } from '../environment-queries'
import { ContainersNotice } from './containers-notice'
import { durationText } from './duration-text'
import { cpuText, environmentId, environmentLabel, loadText, priceLines } from './environment-words'
import classes from './operated-environments.module.css'
import { sizeText } from './size-text'

const EnvironmentDialog = lazy(() => import('./environment-dialog'))

/** All environments, as the operator sees and changes them. */
export default function OperatedEnvironments({ mayOperate }: { mayOperate: boolean }) {
  const environments = useAllEnvironments()
  const update = useUpdateEnvironment()
  const remove = useDeleteEnvironment()
  const [editing, setEditing] = useState<{ environment: Environment | undefined; opened: boolean }>()
  const [deleting, setDeleting] = useState<Environment>()
  const { data } = environments
  const lastSeen = data?.environments[0]?.load?.lastSeenTime

  return (
    <Stack gap="md">
      <ContainersNotice availability={data} />
      <Panel
        title="Environments"
        flush
        actions={
          mayOperate && (
            <Button
              size="compact-sm"
              leftSection={<IconPlus size={15} aria-hidden />}
              onClick={() => setEditing({ environment: undefined, opened: true })}
            >
              New environment
            </Button>
          )
        }
      >
        {data === undefined ? (
          environments.isError ? (
            <ErrorState error={environments.error} onRetry={() => environments.refetch()} />
          ) : (
            <ListSkeleton rows={4} />
          )
        ) : data.environments.length === 0 ? (
          <EmptyState
            icon={IconServerOff}
            title="There is no environment"
            text="Algorithms name one, and run in it: create the first."
          />
        ) : (
          <Table fz="sm" aria-label="Environments" className={classes.table ?? ''}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Environment</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th visibleFrom="sm">A container gets</Table.Th>
                <Table.Th visibleFrom="md">Load</Table.Th>
                <Table.Th visibleFrom="md" ta="right">
                  Price
                </Table.Th>
                {mayOperate && (
                  <Table.Th w={52}>
                    <VisuallyHidden>Actions</VisuallyHidden>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.environments.map((environment) => (
                <Row
                  key={environment.name}
                  environment={environment}
                  {...(mayOperate
                    ? {
                        onEdit: () => setEditing({ environment, opened: true }),
                        onToggle: () =>
                          update.mutate(
                            {
                              environment: { ...environment, open: !environment.open },
                              updateMask: ['open'],
                            },
                            { onError: (error) => notifyFailure('The environment was not changed', error) },
                          ),
                        onDelete: () => setDeleting(environment),
                      }
                    : {})}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {data !== undefined && <StaleNotice error={environments.error} />}
      </Panel>
      {data?.available === true && (
        <Text size="xs" c="dimmed">
          A worker that runs containers was heard of{' '}
          {lastSeen === undefined ? 'never' : <RelativeTime time={lastSeen} />}.
        </Text>
      )}
      {editing !== undefined && (
        <LazyDialog opened={editing.opened} key={editing.environment?.name ?? ''}>
          {(opened) => (
            <EnvironmentDialog
              environment={editing.environment}
              opened={opened}
              onClose={() => setEditing({ ...editing, opened: false })}
            />
          )}
        </LazyDialog>
      )}
      <ConfirmDialog
        opened={deleting !== undefined}
        title={`Delete ${deleting === undefined ? '' : environmentLabel(deleting)}?`}
        text="Workflows that name it cannot be run any more. What runs in it goes on. Where an algorithm names it, it cannot be deleted: close it instead."
        confirm="Delete the environment"
        pending={remove.isPending}
        onConfirm={() => {
          if (deleting !== undefined) remove.mutate(deleting, { onSettled: () => setDeleting(undefined) })
        }}
        onClose={() => setDeleting(undefined)}
      />
    </Stack>
  )
}

interface RowProps {
  readonly environment: Environment
  readonly onEdit?: () => void
  readonly onToggle?: () => void
  readonly onDelete?: () => void
}

function Row({ environment, onEdit, onToggle, onDelete }: RowProps) {
  const price = priceLines(environment.price)
  const label = environmentLabel(environment)
  const gets = [
    cpuText(environment.cpuMillis),
    sizeText(environment.memoryBytes),
    `${sizeText(environment.diskBytes)} disk`,
    ...(environment.gpus === 0 ? [] : [environment.gpus === 1 ? '1 GPU' : `${environment.gpus} GPUs`]),
  ].join(', ')
  const until = `${durationText(environment.maxDuration?.seconds ?? 0n)}, ${environment.maxParallel.toLocaleString('en')} side by side`
  return (
    <Table.Tr>
      <Table.Td className={classes.name ?? ''}>
        <Text size="sm" fw={570} style={{ overflowWrap: 'anywhere' }}>
          {label}
        </Text>
        <Text size="xs" c="dimmed" className="mono">
          {environmentId(environment.name)}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {gets}; {until}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="md">
          {loadText(environment.load)} · {price.perHour}
        </Text>
      </Table.Td>
      <Table.Td>
        <Tag color={environment.open ? 'teal' : 'gray'}>{environment.open ? 'Open' : 'Closed'}</Tag>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {gets}
        <Text size="xs" c="dimmed">
          {until}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md">{loadText(environment.load)}</Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {price.perHour}
        <Text size="xs" c="dimmed">
          {price.perRun || `factor ${environment.priceFactorThousandths / 1000}`}
        </Text>
      </Table.Td>
      {onEdit !== undefined && (
        <Table.Td>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`Actions on ${label}`}>
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
                Change…
              </Menu.Item>
              <Menu.Item
                leftSection={
                  environment.open ? (
                    <IconLock size={16} aria-hidden />
                  ) : (
                    <IconLockOpen size={16} aria-hidden />
                  )
                }
                onClick={onToggle}
              >
                {environment.open ? 'Close' : 'Open'}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} aria-hidden />}
                c="var(--mantine-color-error)"
                onClick={onDelete}
              >
                Delete…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Table.Td>
      )}
    </Table.Tr>
  )
}
