import type { Transaction } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Box, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { formatUtc } from '../../../ui/format-time'
import { Tag } from '../../../ui/tag'
import { AmountText } from '../amount-text'
import { transactionKindColor, transactionKindLabel } from '../transaction-kind'
import { ClassNote } from './class-note'
import classes from './desk.module.css'
import { transactionPath } from './desk-links'
import { flowOf } from './transaction-flow'

export function TransactionsTable({ transactions }: { transactions: readonly Transaction[] }) {
  return (
    <Table fz="sm" aria-label="Transactions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th visibleFrom="md">Time</Table.Th>
          <Table.Th visibleFrom="sm">Kind</Table.Th>
          <Table.Th>From and to</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Seal
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {transactions.map((transaction) => (
          <TransactionRow key={transaction.name} transaction={transaction} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function TransactionRow({ transaction }: { transaction: Transaction }) {
  const { from, to, amount } = flowOf(transaction)
  const time = transaction.time === undefined ? '–' : formatUtc(transaction.time)
  const kind = (
    <Tag color={transactionKindColor(transaction.kind)}>{transactionKindLabel(transaction.kind)}</Tag>
  )
  return (
    <Table.Tr className={classes.row}>
      <Table.Td visibleFrom="md" className={classes.tight} c="dimmed">
        {time.replace(' UTC', '')}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.tight}>
        {kind}
      </Table.Td>
      <Table.Td className={classes.name}>
        <Link className={classes.link} to={transactionPath(transaction.name)} title={`${from} → ${to}`}>
          {from} → {to}
        </Link>
        <Text size="xs" c="dimmed" truncate title={transaction.description}>
          {transaction.description || 'No description'}
          {transaction.reversedBy !== '' && ' · reversed'}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="md" mt={4} component="div">
          <Box hiddenFrom="sm" mb={2}>
            {kind}
          </Box>
          {time}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className={classes.tight}>
        <AmountText amount={amount} creditClass={transaction.creditClass} />
        <ClassNote name={transaction.creditClass} />
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md" className={classes.tight} c="dimmed">
        {transaction.sealNumber === 0n ? 'not yet' : transaction.sealNumber.toLocaleString('en')}
      </Table.Td>
    </Table.Tr>
  )
}
