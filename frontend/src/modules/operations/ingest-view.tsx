import type { DeadBatch } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { Button, Stack, Table, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { IngestFigures } from './ingest-figures'
import { useIngestState, useResendDeadBatch } from './ingest-queries'
import classes from './operations.module.css'
import { StaleNotice } from './stale-notice'

/** How the installation takes fixes in, and what it could not write. */
export default function IngestView({ mayOperate }: { mayOperate: boolean }) {
  const state = useIngestState()
  if (state.data === undefined && state.isError) {
    return (
      <Panel>
        <ErrorState error={state.error} onRetry={() => state.refetch()} />
      </Panel>
    )
  }
  const dead = state.data?.deadBatches
  const count = state.data?.deadBatchCount ?? 0n
  return (
    <Stack gap="md">
      <div>
        <IngestFigures state={state.data} />
        {state.data !== undefined && <StaleNotice error={state.error} />}
      </div>
      <Panel
        title="Dead batches"
        flush
        actions={
          dead !== undefined &&
          BigInt(dead.length) < count && (
            <Text size="sm" c="dimmed" className="numeric">
              The last {dead.length} of {count.toLocaleString('en')}
            </Text>
          )
        }
      >
        {dead === undefined ? (
          <ListSkeleton rows={3} />
        ) : dead.length === 0 ? (
          <EmptyState
            compact
            icon={IconCircleCheck}
            title="Every batch could be written"
            text="One that cannot be is put aside with its reason, so that those behind it go on."
          />
        ) : (
          <DeadBatches batches={dead} mayOperate={mayOperate} />
        )}
      </Panel>
    </Stack>
  )
}

function DeadBatches({ batches, mayOperate }: { batches: readonly DeadBatch[]; mayOperate: boolean }) {
  const resend = useResendDeadBatch()
  return (
    <Table aria-label="Dead batches" fz="sm" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Reason</Table.Th>
          <Table.Th ta="right">Fixes</Table.Th>
          <Table.Th visibleFrom="sm">Organisation</Table.Th>
          {mayOperate && <Table.Th aria-label="What can be done" />}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {batches.map((batch) => {
          const { id, time, reason, fixCount, organizationDisplayName, resendable } = batch
          return (
            <Table.Tr key={id}>
              <Table.Td c="dimmed">
                <RelativeTime time={time} />
              </Table.Td>
              <Table.Td className={classes.reason ?? ''}>{reason}</Table.Td>
              <Table.Td ta="right">{fixCount.toLocaleString('en')}</Table.Td>
              <Table.Td visibleFrom="sm" className={classes.other ?? ''} title={organizationDisplayName}>
                {organizationDisplayName || '–'}
              </Table.Td>
              {mayOperate && (
                <Table.Td ta="right" className={classes.tight ?? ''}>
                  {resendable ? (
                    <Button
                      size="compact-xs"
                      variant="default"
                      loading={resend.isPending && resend.variables.id === id}
                      onClick={() => resend.mutate(batch)}
                    >
                      Send again
                    </Button>
                  ) : (
                    <Text size="xs" c="dimmed">
                      Nothing left
                    </Text>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
