import type { FileState } from '@fairlead/proto/web/fairlead/files/v1/files'
import type { QuarantinedFile } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { Button, Group, MultiSelect, Select, Table, VisuallyHidden } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { fileStateWords } from '../file-state-words'
import classes from './quarantine.module.css'
import { useQuarantined, useStorageUsage } from './quarantine-queries'
import { QuarantinedRow } from './quarantined-row'

const RejectDialog = lazy(() => import('./reject-dialog'))

const states: readonly FileState[] = [
  'FILE_STATE_SCANNING',
  'FILE_STATE_FAILED',
  'FILE_STATE_INFECTED',
  'FILE_STATE_REJECTED',
]

interface QuarantinedTableProps {
  readonly mayOperate: boolean
  /** Whether there is a scanner. */
  readonly scans: boolean
}

/** Versions of all organisations that are not released; the latest change first. */
export function QuarantinedTable({ mayOperate, scans }: QuarantinedTableProps) {
  const [chosen, setChosen] = useState<readonly FileState[]>([])
  const [organization, setOrganization] = useState('')
  const [pages, setPages] = useState(1)
  const [rejecting, setRejecting] = useState<{ file: QuarantinedFile; opened: boolean }>()
  const organizations = useStorageUsage().data
  const files = useQuarantined(chosen, organization, pages)
  const data = files.data
  const filtered = chosen.length > 0 || organization !== ''

  return (
    <Panel title="Versions in quarantine" flush>
      <Group gap="sm" p="md" pb="sm" align="flex-end" role="search" aria-label="Filter quarantine">
        <MultiSelect
          label="State"
          size="sm"
          data={states.map((state) => ({ value: state, label: fileStateWords(state).label }))}
          value={[...chosen]}
          onChange={(next) => {
            setChosen(next as FileState[])
            setPages(1)
          }}
          placeholder={chosen.length === 0 ? 'Any' : ''}
          clearable
          flex="1 1 200px"
          maw={{ sm: 420 }}
        />
        <Select
          label="Organisation"
          size="sm"
          searchable
          clearable
          placeholder="Any"
          data={(organizations ?? []).map(({ organizationDisplayName, usage }) => ({
            value: usage?.name.replace(/\/storageUsage$/, '') ?? '',
            label: organizationDisplayName,
          }))}
          value={organization === '' ? null : organization}
          onChange={(next) => {
            setOrganization(next ?? '')
            setPages(1)
          }}
          flex="1 1 200px"
          maw={{ sm: 320 }}
        />
      </Group>
      {data === undefined ? (
        files.isError ? (
          <ErrorState error={files.error} onRetry={() => files.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState
          compact
          icon={IconShieldCheck}
          title={filtered ? 'Nothing in quarantine matches' : 'Nothing is in quarantine'}
          text={
            filtered
              ? 'Try fewer filters.'
              : 'Files show here from when they have arrived until they are released, and for good when something was found in them.'
          }
        />
      ) : (
        <Table fz="sm" aria-label="Versions in quarantine" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th visibleFrom="md">Why</Table.Th>
              <Table.Th visibleFrom="sm">Organisation</Table.Th>
              <Table.Th visibleFrom="sm" ta="right">
                Size
              </Table.Th>
              <Table.Th visibleFrom="xs">Changed</Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((file) => (
              <QuarantinedRow
                key={file.name}
                file={file}
                mayOperate={mayOperate}
                scans={scans}
                onReject={() => setRejecting({ file, opened: true })}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {data?.more === true && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setPages(pages + 1)}>
          More versions
        </Button>
      )}
      {data !== undefined && <StaleNotice error={files.error} />}
      {rejecting !== undefined && (
        <LazyDialog opened={rejecting.opened} key={rejecting.file.name}>
          {(opened) => (
            <RejectDialog
              file={rejecting.file}
              opened={opened}
              onClose={() => setRejecting({ ...rejecting, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </Panel>
  )
}
