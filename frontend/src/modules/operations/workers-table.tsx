import type { Worker, WorkerState } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { Button, Code, Group, Progress, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconServerOff } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { lastSegment } from '../jobs/job-name'
import { LeaseTime } from './lease-time'
import classes from './operations.module.css'
import { operationsKeys, useOperations, useWorkers } from './operations-queries'
import { StaleNotice } from './stale-notice'

const states: Partial<Record<WorkerState, { label: string; color: string }>> = {
  WORKER_STATE_ACTIVE: { label: 'Active', color: 'teal' },
  WORKER_STATE_PAUSED: { label: 'Paused', color: 'yellow' },
  WORKER_STATE_DRAINING: { label: 'Draining', color: 'orange' },
}

type Order = 'pause' | 'drain' | 'resume'

const done: Record<Order, string> = {
  pause: 'Worker paused',
  drain: 'Worker is draining',
  resume: 'Worker takes tasks again',
}

/** The workers that renew their lease, and what can be asked of them. */
export function WorkersTable({ mayOperate }: { mayOperate: boolean }) {
  const operations = useOperations()
  const queryClient = useQueryClient()
  const workers = useWorkers()
  const [draining, setDraining] = useState<Worker>()
  const order = useMutation({
    mutationFn: ({ worker, what }: { worker: Worker; what: Order }) => {
      const request = { worker: worker.name }
      if (what === 'pause') return operations().PauseWorker(request)
      return what === 'drain' ? operations().DrainWorker(request) : operations().ResumeWorker(request)
    },
    onSuccess: (changed, { what }) => {
      queryClient.setQueryData<Worker[]>(operationsKeys.workers, (all) =>
        all?.map((one) => (one.name === changed.name ? changed : one)),
      )
      notifySuccess(done[what], lastSegment(changed.name))
    },
    onError: (error) => notifyFailure('The worker was not told', error),
    onSettled: () => {
      setDraining(undefined)
      return queryClient.invalidateQueries({ queryKey: operationsKeys.all })
    },
  })
  const isPending = (worker: Worker, what: Order) =>
    order.isPending && order.variables.worker.name === worker.name && order.variables.what === what
  const orderButton = (worker: Worker, what: Order, label: string) => (
    <Button
      size="compact-xs"
      variant="default"
      loading={isPending(worker, what)}
      aria-label={`${label} ${lastSegment(worker.name)}`}
      onClick={() =>
        what === 'drain' && worker.runningTasks > 0 ? setDraining(worker) : order.mutate({ worker, what })
      }
    >
      {label}
    </Button>
  )

  const rows = workers.data
  return (
    <Panel title="Workers" flush>
      {rows === undefined ? (
        workers.isError ? (
          <ErrorState error={workers.error} onRetry={() => workers.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : rows.length === 0 ? (
        <EmptyState
          icon={IconServerOff}
          title="No worker is running: jobs stay queued"
          text={
            <>
              Start one with <Code>node backend/src/worker.ts</Code>; it shows here within seconds.
            </>
          }
        />
      ) : (
        <Table fz="sm" aria-label="Workers" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Worker</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Running</Table.Th>
              <Table.Th visibleFrom="sm">Started</Table.Th>
              <Table.Th visibleFrom="sm">Lease</Table.Th>
              {mayOperate && (
                <Table.Th visibleFrom="sm">
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((worker) => {
              const state = states[worker.state] ?? { label: 'Unknown', color: 'gray' }
              const name = lastSegment(worker.name)
              const orders = mayOperate && (
                <Group gap={6} wrap="nowrap" justify="flex-end">
                  {worker.state === 'WORKER_STATE_ACTIVE' && orderButton(worker, 'pause', 'Pause')}
                  {worker.state !== 'WORKER_STATE_DRAINING' && orderButton(worker, 'drain', 'Drain')}
                  {worker.state !== 'WORKER_STATE_ACTIVE' && orderButton(worker, 'resume', 'Resume')}
                </Group>
              )
              return (
                <Table.Tr key={worker.name}>
                  <Table.Td className={classes.name}>
                    <Text size="sm" fw={570} truncate title={name}>
                      {name}
                    </Text>
                    <Text size="xs" c="dimmed" truncate title={worker.host}>
                      {worker.host}
                    </Text>
                    <div className={classes.below}>{orders}</div>
                  </Table.Td>
                  <Table.Td>
                    <Tag color={state.color}>{state.label}</Tag>
                  </Table.Td>
                  <Table.Td className={classes.tight}>
                    {worker.runningTasks} of {worker.concurrency}
                    <Progress
                      value={worker.concurrency === 0 ? 0 : (worker.runningTasks / worker.concurrency) * 100}
                      size={3}
                      mt={5}
                      w={64}
                      aria-label={`Slots of ${name} in use`}
                    />
                    {worker.containerSlots > 0 && (
                      <Text size="xs" c="dimmed" mt={4}>
                        {worker.runningContainerTasks} of {worker.containerSlots} steps
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" c="dimmed">
                    <RelativeTime time={worker.startTime} />
                  </Table.Td>
                  <Table.Td visibleFrom="sm" c="dimmed" className={classes.tight}>
                    <LeaseTime time={worker.leaseExpireTime} />
                  </Table.Td>
                  {mayOperate && <Table.Td visibleFrom="sm">{orders}</Table.Td>}
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      )}
      {rows !== undefined && <StaleNotice error={workers.error} />}
      <ConfirmDialog
        opened={draining !== undefined}
        title="Drain this worker?"
        text={
          draining !== undefined && (
            <>
              <strong>{lastSegment(draining.name)}</strong> stops{' '}
              {draining.runningTasks === 1
                ? 'the task it runs'
                : `the ${draining.runningTasks} tasks it runs`}{' '}
              at once. Other workers begin them anew; the attempts do not count.
            </>
          )
        }
        confirm="Drain the worker"
        pending={order.isPending}
        onConfirm={() => draining !== undefined && order.mutate({ worker: draining, what: 'drain' })}
        onClose={() => setDraining(undefined)}
      />
    </Panel>
  )
}
