import type { Review } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Alert, Button, Group, Loader, Modal, Stack, Table, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useEffect } from 'react'
import { toApiError } from '../../../app/api-error'
import { dayOf } from '../../../ui/day'
import { notifySuccess } from '../../../ui/notify'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'
import { ClassNote } from './class-note'
import { useRecordTransfers } from './review-queries'
import { totalsByClass } from './totals-by-class'

interface RecordDialogProps {
  readonly reviews: readonly Review[]
  readonly opened: boolean
  readonly onClose: () => void
  readonly onRecorded: () => void
}

/** Tries the recording of approved transfers, and records them, all or none, once it is known to work. */
export default function RecordDialog({ reviews, opened, onClose, onRecorded }: RecordDialogProps) {
  const check = useRecordTransfers()
  const record = useRecordTransfers()
  const names = reviews.map(({ name }) => name)
  const transfers = reviews.flatMap(({ transfer }) => (transfer === undefined ? [] : [transfer]))
  const count = transfers.length === 1 ? '1 transfer' : `${transfers.length} transfers`
  const early = transfers.filter(({ effectiveDate }) => effectiveDate > dayOf(new Date())).length

  // biome-ignore lint/correctness/useExhaustiveDependencies: checked anew whenever it is opened, and then once.
  useEffect(() => {
    if (!opened) return
    record.reset()
    check.mutate({ names, dryRun: true })
  }, [opened])

  const failure = record.error ?? check.error
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={`Record ${count}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm">
          The credits become the buyers’, all of them or none. This is undone by a reversal alone.
          {early > 0 &&
            (early === 1
              ? ' One is recorded before its effective date.'
              : ` ${early} are recorded before their effective dates.`)}
        </Text>
        <Table.ScrollContainer minWidth={0} maxHeight={280} scrollAreaProps={{ tabIndex: 0 }}>
          <Table fz="sm" aria-label="Transfers to record">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Transfer</Table.Th>
                <Table.Th ta="right">Credits</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {transfers.map((transfer) => (
                <Table.Tr key={transfer.name}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {transfer.sellerDisplayName} → {transfer.buyerDisplayName}
                    {transfer.effectiveDate !== '' && (
                      <Text size="xs" c="dimmed">
                        effective {transfer.effectiveDate}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">
                    <AmountText amount={transfer.amount} creditClass={transfer.creditClass} />
                    <ClassNote name={transfer.creditClass} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            {transfers.length > 1 && (
              <Table.Tfoot>
                {totalsByClass(transfers).map(({ creditClass, amount }) => (
                  <Table.Tr key={creditClass}>
                    <Table.Th>
                      Together, <ClassLabel name={creditClass} />
                    </Table.Th>
                    <Table.Th ta="right">
                      <AmountText amount={amount} creditClass={creditClass} />
                    </Table.Th>
                  </Table.Tr>
                ))}
              </Table.Tfoot>
            )}
          </Table>
        </Table.ScrollContainer>
        {failure !== null ? (
          <Alert color="red" role="alert" title="They cannot be recorded together">
            {toApiError(failure).message}
            {toApiError(failure).violations.map(({ field, description }) => (
              <div key={field}>{description}</div>
            ))}
          </Alert>
        ) : (
          <Group gap={8} role="status" wrap="nowrap">
            {check.isSuccess ? (
              <>
                <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-hidden />
                <Text size="sm">Tried without recording: all of them would be recorded.</Text>
              </>
            ) : (
              <>
                <Loader size={16} />
                <Text size="sm">Trying without recording…</Text>
              </>
            )}
          </Group>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Close
          </Button>
          <Button
            disabled={!check.isSuccess || record.isError}
            loading={record.isPending}
            onClick={() =>
              record.mutate(
                { names, dryRun: false },
                {
                  onSuccess: () => {
                    notifySuccess(transfers.length === 1 ? 'Transfer recorded' : `${count} recorded`)
                    onRecorded()
                    onClose()
                  },
                },
              )
            }
          >
            Record {count}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
