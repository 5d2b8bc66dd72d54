import type { OrganizationStorage } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { ActionIcon, Progress, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconDatabase } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { formatBytes } from '../../../ui/format-bytes'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import classes from './quarantine.module.css'
import { useStorageUsage } from './quarantine-queries'

const QuotaDialog = lazy(() => import('./quota-dialog'))

/** How much room each organisation takes, most first. */
export default function StorageView({ mayOperate }: { mayOperate: boolean }) {
  const storage = useStorageUsage()
  const [editing, setEditing] = useState<{ storage: OrganizationStorage; opened: boolean }>()
  const rows = storage.data
  return (
    <Panel title="Organisations" flush>
      {rows === undefined ? (
        storage.isError ? (
          <ErrorState error={storage.error} onRetry={() => storage.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : rows.length === 0 ? (
        <EmptyState icon={IconDatabase} title="No organisations" />
      ) : (
        <Table fz="sm" aria-label="Storage of organisations" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Organisation</Table.Th>
              <Table.Th>Used</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Arriving
              </Table.Th>
              <Table.Th ta="right" visibleFrom="md">
                In the trash
              </Table.Th>
              <Table.Th ta="right" visibleFrom="md">
                Job results
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Files
              </Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <StorageRow
                key={row.usage?.name}
                storage={row}
                onEdit={mayOperate ? () => setEditing({ storage: row, opened: true }) : undefined}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {rows !== undefined && <StaleNotice error={storage.error} />}
      {editing !== undefined && (
        <LazyDialog opened={editing.opened} key={editing.storage.usage?.name}>
          {(opened) => (
            <QuotaDialog
              storage={editing.storage}
              opened={opened}
              onClose={() => setEditing({ ...editing, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </Panel>
  )
}

interface StorageRowProps {
  readonly storage: OrganizationStorage
  readonly onEdit: (() => void) | undefined
}

function StorageRow({ storage: { organizationDisplayName: name, usage }, onEdit }: StorageRowProps) {
  const used = usage?.usedBytes ?? 0n
  const reserved = usage?.reservedBytes ?? 0n
  const quota = usage?.quotaBytes ?? 0n
  const taken = used + reserved
  const share = quota === 0n ? 100 : Math.min(100, Number((taken * 1000n) / quota) / 10)
  return (
    <Table.Tr>
      <Table.Td className={classes.name ?? ''}>
        <Text size="sm" fw={570} truncate title={name}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {(usage?.fileCount ?? 0n).toLocaleString('en')} files, {formatBytes(reserved)} arriving
        </Text>
      </Table.Td>
      <Table.Td className={`${classes.tight} ${classes.bar}`}>
        {formatBytes(used)} of {formatBytes(quota)}
        <Progress
          mt={4}
          size="sm"
          value={share}
          color={share >= 95 ? 'red' : share >= 80 ? 'orange' : 'sea'}
          aria-label={`Of the quota of ${name}`}
        />
        {taken >= quota && (
          <Text size="xs" c="var(--mantine-color-error)" mt={3}>
            Nothing more is taken
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm" className={classes.tight ?? ''}>
        {formatBytes(reserved)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md" className={classes.tight ?? ''}>
        {formatBytes(usage?.trashedBytes ?? 0n)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md" className={classes.tight ?? ''}>
        {formatBytes(usage?.resultBytes ?? 0n)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        {(usage?.fileCount ?? 0n).toLocaleString('en')}
      </Table.Td>
      {onEdit !== undefined && (
        <Table.Td>
          <Tooltip label="Set the quota">
            <ActionIcon aria-label={`Set the quota of ${name}`} onClick={onEdit}>
              <IconAdjustmentsHorizontal size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      )}
    </Table.Tr>
  )
}
