import type { Discrepancy, ReconciliationLine } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Box, Button, Stack, Table, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { formatUtc } from '../../../ui/format-time'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import { StaleNotice } from '../../operations/stale-notice'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { useReconciliation } from './ledger-queries'
import { ReferenceLink } from './reference-link'

const columns = [
  ['Issued', 'issued'],
  ['Available', 'available'],
  ['Held for jobs', 'jobHolds'],
  ['Held for transfers', 'transferHolds'],
  ['Used', 'used'],
  ['Reduced', 'reduced'],
] as const satisfies readonly (readonly [string, keyof ReconciliationLine])[]

/** Whether what the ledger says and what jobs, transfers and bookings say agree. */
export function ReconciliationPanel() {
  const reading = useReconciliation()
  const report = reading.data
  return (
    <Panel
      title="Reconciliation"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={reading.isFetching}
          onClick={() => reading.refetch()}
        >
          Compare again
        </Button>
      }
    >
      {report === undefined ? (
        reading.isError ? (
          <ErrorState error={reading.error} onRetry={() => reading.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : (
        <>
          {report.discrepancies.length > 0 && <Discrepancies discrepancies={report.discrepancies} />}
          {report.lines.length === 0 ? (
            <EmptyState
              compact
              icon={IconRefresh}
              title="Nothing to compare"
              text="There are no credits yet."
            />
          ) : (
            // What scrolls on a narrow screen is within reach of the keyboard.
            <Box
              component="section"
              className={classes.scroll ?? ''}
              tabIndex={0}
              aria-label="Reconciliation, class by class"
            >
              <Table fz="sm" aria-label="Reconciliation" style={{ minWidth: 640 }}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Class</Table.Th>
                    {columns.map(([label]) => (
                      <Table.Th key={label} ta="right">
                        {label}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {report.lines.map((line) => (
                    <Table.Tr key={line.creditClass}>
                      <Table.Td className={classes.tight}>
                        <ClassLabel name={line.creditClass} />
                      </Table.Td>
                      {columns.map(([label, field]) => (
                        <Table.Td key={label} ta="right">
                          <AmountText amount={line[field]} creditClass={line.creditClass} />
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Box>
          )}
          <Text size="xs" c="dimmed" px="md" py={8}>
            {report.discrepancies.length === 0 &&
              'All agrees: issued is what is available, held, used and reduced together, and every hold has its job or transfer. '}
            {report.time !== undefined && `Compared ${formatUtc(report.time)}.`}
          </Text>
          <StaleNotice error={reading.error} />
        </>
      )}
    </Panel>
  )
}

function Discrepancies({ discrepancies }: { discrepancies: readonly Discrepancy[] }) {
  return (
    <div style={{ padding: 16 }}>
      <Notice
        color="red"
        icon={IconAlertTriangle}
        title={discrepancies.length === 1 ? '1 discrepancy' : `${discrepancies.length} discrepancies`}
      >
        <Stack gap={8}>
          {discrepancies.map(({ reason, message, resource }) => (
            <div key={`${reason} ${resource}`}>
              <Tag color="red">{reason}</Tag> {message}{' '}
              {resource !== '' && (
                <Text span inherit size="sm">
                  (<ReferenceLink reference={resource} />)
                </Text>
              )}
            </div>
          ))}
        </Stack>
      </Notice>
    </div>
  )
}
