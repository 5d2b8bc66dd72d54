import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Group, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { formatAmount, formatTotalPrice } from './amount'
import { transferStateColor, transferStateLabel } from './transfer-words'
import classes from './transfers-table.module.css'
import { partnerOf, turnOf } from './turn'
import { TurnText } from './turn-text'
import { classCode, creditClassOf } from './use-credit-classes'

interface TransfersTableProps {
  readonly transfers: readonly Transfer[]
  readonly creditClasses: readonly CreditClass[]
  /** "organizations/{organization}" that looks at them. */
  readonly organization: string
}

export function TransfersTable({ transfers, creditClasses, organization }: TransfersTableProps) {
  return (
    <Table highlightOnHover aria-label="Transfers" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>With</Table.Th>
          <Table.Th ta="right">Credits</Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Price
          </Table.Th>
          <Table.Th visibleFrom="sm">State</Table.Th>
          <Table.Th visibleFrom="sm">Whose turn</Table.Th>
          <Table.Th visibleFrom="lg">Last step</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {transfers.map((transfer) => {
          const { displayName, role } = partnerOf(transfer, organization)
          const creditClass = creditClassOf(creditClasses, transfer.creditClass)
          const decimals = creditClass?.decimals ?? 0
          return (
            <Table.Tr key={transfer.name} className={classes.row ?? ''}>
              <Table.Td className={classes.title ?? ''}>
                <Link
                  to={`/o/${transfer.name.replace('organizations/', '')}`}
                  className={classes.link}
                  title={displayName}
                >
                  {displayName}
                </Link>
                <Text size="xs" c="dimmed" truncate>
                  {role === 'sells' ? 'You sell' : 'You buy'} ·{' '}
                  {creditClass?.displayName ?? classCode(transfer.creditClass)}
                </Text>
                <Group hiddenFrom="sm" gap={6} mt={5}>
                  <Tag color={transferStateColor(transfer.state)}>{transferStateLabel(transfer.state)}</Tag>
                  {turnOf(transfer, organization) === 'us' && <Tag color="orange">Your turn</Tag>}
                </Group>
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {formatAmount(transfer.amount, decimals)}
                <Text size="xs" c="dimmed" hiddenFrom="md">
                  {priceOf(transfer, decimals)}
                </Text>
              </Table.Td>
              <Table.Td ta="right" visibleFrom="md" style={{ whiteSpace: 'nowrap' }}>
                {priceOf(transfer, decimals)}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Tag color={transferStateColor(transfer.state)}>{transferStateLabel(transfer.state)}</Tag>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <TurnText transfer={transfer} organization={organization} />
              </Table.Td>
              <Table.Td visibleFrom="lg" c="dimmed">
                <RelativeTime time={transfer.updateTime} />
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

function priceOf({ amount, pricePerCreditMicros, currencyCode }: Transfer, decimals: number): string {
  return pricePerCreditMicros === 0n
    ? 'Free'
    : formatTotalPrice(amount, decimals, pricePerCreditMicros, currencyCode)
}
