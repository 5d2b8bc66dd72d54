import type { Consent } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Button, Group, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { periodText } from './consent-period'
import classes from './locations-table.module.css'

interface ConsentsTableProps {
  readonly consents: readonly Consent[]
  readonly label: string
  /** Whose they are, for the question whether to withdraw; "your" for the reader's own. */
  readonly whose: string
  readonly pending: boolean
  readonly onWithdraw: (consent: Consent, done: () => void) => void
}

/** Consents, those in force first. */
export function ConsentsTable({ consents, label, whose, pending, onWithdraw }: ConsentsTableProps) {
  const [withdrawing, setWithdrawing] = useState<Consent>()
  const [asking, setAsking] = useState(false)
  const sorted = [...consents].sort(
    (a, b) => Number(a.withdrawTime !== undefined) - Number(b.withdrawTime !== undefined),
  )
  return (
    <>
      <Table aria-label={label} className={classes.table ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Purpose</Table.Th>
            <Table.Th visibleFrom="sm">Fixes recorded</Table.Th>
            <Table.Th visibleFrom="md">Recorded</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((consent) => (
            <Table.Tr key={consent.name} className={classes.look ?? ''}>
              <Table.Td className={classes.words ?? ''}>
                <Text size="sm" fw={570} inherit>
                  {consent.purposeDisplayName}
                </Text>
                <Text size="xs" c="dimmed" hiddenFrom="sm">
                  Fixes: {periodText(consent)}
                </Text>
                {consent.note !== '' && (
                  <Text size="xs" c="dimmed">
                    {consent.note}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm">{periodText(consent)}</Table.Td>
              <Table.Td visibleFrom="md" c="dimmed" className={classes.other ?? ''}>
                <RelativeTime time={consent.createTime} />
                {consent.recorderDisplayName !== '' && (
                  <Text size="xs" truncate title={consent.recorderDisplayName}>
                    by {consent.recorderDisplayName}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={classes.state ?? ''}>
                {consent.withdrawTime === undefined ? (
                  <Group gap="xs">
                    <Tag color="teal">In force</Tag>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Withdraw the consent to ${consent.purposeDisplayName}`}
                      onClick={() => {
                        setWithdrawing(consent)
                        setAsking(true)
                      }}
                    >
                      Withdraw
                    </Button>
                  </Group>
                ) : (
                  <>
                    <Tag>Withdrawn</Tag>
                    <Text size="xs" c="dimmed" component="div">
                      <RelativeTime time={consent.withdrawTime} />
                    </Text>
                  </>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <ConfirmDialog
        opened={asking}
        title="Withdraw this consent?"
        text={
          withdrawing !== undefined && (
            <>
              From now on no question for <strong>{withdrawing.purposeDisplayName}</strong> shows {whose}{' '}
              locations by virtue of it, whenever they were recorded. The fixes themselves stay; another
              consent would show them again.
            </>
          )
        }
        confirm="Withdraw the consent"
        pending={pending}
        onConfirm={() => {
          if (withdrawing !== undefined) onWithdraw(withdrawing, () => setAsking(false))
        }}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
