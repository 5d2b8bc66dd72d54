import type { OrganizationLoad } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { ActionIcon, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconBuilding } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { ofLimit } from './limits'
import classes from './operations.module.css'
import { useOrganizationLoads } from './operations-queries'
import { StaleNotice } from './stale-notice'

const LimitsDialog = lazy(() => import('./limits-dialog'))

/** What each organisation has queued and running, and its limits. */
export function OrganizationLoads({ mayOperate }: { mayOperate: boolean }) {
  const loads = useOrganizationLoads()
  const [editing, setEditing] = useState<{ load: OrganizationLoad; opened: boolean }>()
  const rows = loads.data
  return (
    <Panel title="Organisations" flush>
      {rows === undefined ? (
        loads.isError ? (
          <ErrorState error={loads.error} onRetry={() => loads.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : rows.length === 0 ? (
        <EmptyState icon={IconBuilding} title="No organisations" />
      ) : (
        <Table fz="sm" aria-label="Organisations" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Organisation</Table.Th>
              <Table.Th ta="right">Queued</Table.Th>
              <Table.Th ta="right">Executing</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Held
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Tasks waiting
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Tasks running
              </Table.Th>
              <Table.Th ta="right" visibleFrom="md">
                Jobs at most
              </Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((load) => (
              <Table.Tr key={load.organization}>
                <Table.Td className={classes.name}>
                  <Text size="sm" fw={570} truncate title={load.displayName}>
                    {load.displayName || load.organization}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {load.ownLimits ? 'Own limits' : 'Default limits'}
                  </Text>
                  <Text size="xs" c="dimmed" hiddenFrom="sm">
                    {`${load.heldJobs.toLocaleString('en')} held · ${load.waitingTasks.toLocaleString('en')} tasks waiting, ${ofLimit(load.runningTasks, load.runningTasksLimit, true)} running`}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{load.queuedJobs.toLocaleString('en')}</Table.Td>
                <Table.Td ta="right" className={classes.tight}>
                  {ofLimit(load.executingJobs, load.executingJobsLimit)}
                </Table.Td>
                <Table.Td ta="right" visibleFrom="sm">
                  {load.heldJobs.toLocaleString('en')}
                </Table.Td>
                <Table.Td ta="right" visibleFrom="sm">
                  {load.waitingTasks.toLocaleString('en')}
                </Table.Td>
                <Table.Td ta="right" visibleFrom="sm" className={classes.tight}>
                  {ofLimit(load.runningTasks, load.runningTasksLimit, true)}
                </Table.Td>
                <Table.Td ta="right" visibleFrom="md">
                  {load.unfinishedJobsLimit.toLocaleString('en')}
                </Table.Td>
                {mayOperate && (
                  <Table.Td>
                    <Tooltip label="Change limits">
                      <ActionIcon
                        aria-label={`Change limits of ${load.displayName || load.organization}`}
                        onClick={() => setEditing({ load, opened: true })}
                      >
                        <IconAdjustmentsHorizontal size={17} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {rows !== undefined && <StaleNotice error={loads.error} />}
      {editing !== undefined && (
        <LazyDialog opened={editing.opened} key={editing.load.organization}>
          {(opened) => (
            <LimitsDialog
              load={editing.load}
              opened={opened}
              onClose={() => setEditing({ ...editing, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </Panel>
  )
}
