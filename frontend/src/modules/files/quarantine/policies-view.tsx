import type { FilePolicy } from '@fairlead/proto/web/fairlead/files/v1/files'
import { ActionIcon, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconAdjustmentsHorizontal } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { ErrorState } from '../../../ui/error-state'
import { formatBytes } from '../../../ui/format-bytes'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { purposeLabel, purposeText } from '../file-purpose'
import { lifetimeText } from './policy-words'
import classes from './quarantine.module.css'
import { useFilePolicies } from './quarantine-queries'

const PolicyDialog = lazy(() => import('./policy-dialog'))

/** What may be uploaded for which purpose. */
export default function PoliciesView({ mayOperate }: { mayOperate: boolean }) {
  const policies = useFilePolicies()
  const [editing, setEditing] = useState<{ policy: FilePolicy; opened: boolean }>()
  const rows = policies.data?.policies
  return (
    <Panel title="Policies" flush>
      {rows === undefined ? (
        policies.isError ? (
          <ErrorState error={policies.error} onRetry={() => policies.refetch()} />
        ) : (
          <ListSkeleton rows={5} />
        )
      ) : (
        <Table fz="sm" aria-label="Policies of files" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Purpose</Table.Th>
              <Table.Th ta="right">Largest file</Table.Th>
              <Table.Th visibleFrom="md">Types</Table.Th>
              <Table.Th visibleFrom="sm">Encrypted archives</Table.Th>
              <Table.Th visibleFrom="sm" ta="right">
                Unpacked at most
              </Table.Th>
              <Table.Th visibleFrom="md">Expires</Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((policy) => (
              <PolicyRow
                key={policy.purpose}
                policy={policy}
                onEdit={mayOperate ? () => setEditing({ policy, opened: true }) : undefined}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {editing !== undefined && (
        <LazyDialog opened={editing.opened} key={editing.policy.purpose}>
          {(opened) => (
            <PolicyDialog
              policy={editing.policy}
              opened={opened}
              onClose={() => setEditing({ ...editing, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </Panel>
  )
}

interface PolicyRowProps {
  readonly policy: FilePolicy
  readonly onEdit: (() => void) | undefined
}

function PolicyRow({ policy, onEdit }: PolicyRowProps) {
  const label = purposeLabel(policy.purpose)
  const types = policy.mediaTypes.length === 0 ? 'All' : policy.mediaTypes.join(', ')
  const archives = policy.encryptedArchives === 'ARCHIVE_POLICY_ALLOW' ? 'Taken' : 'Rejected'
  const lifetime = policy.defaultLifetime?.seconds
  return (
    <Table.Tr>
      <Table.Td className={classes.name ?? ''}>
        <Text size="sm" fw={570}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {purposeText(policy.purpose)}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="md" lineClamp={2}>
          Types: {types}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          Encrypted archives: {archives.toLowerCase()}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className={classes.tight ?? ''}>
        {formatBytes(policy.maxSizeBytes)}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.why ?? ''}>
        <Text size="sm" lineClamp={3} title={types}>
          {types}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{archives}</Table.Td>
      <Table.Td visibleFrom="sm" ta="right" className={classes.tight ?? ''}>
        {formatBytes(policy.maxUnpackedBytes)}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.tight ?? ''}>
        {lifetime === undefined ? 'Never' : `After ${lifetimeText(lifetime)}`}
      </Table.Td>
      {onEdit !== undefined && (
        <Table.Td>
          <Tooltip label="Change the policy">
            <ActionIcon aria-label={`Change the policy of ${label}`} onClick={onEdit}>
              <IconAdjustmentsHorizontal size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      )}
    </Table.Tr>
  )
}
