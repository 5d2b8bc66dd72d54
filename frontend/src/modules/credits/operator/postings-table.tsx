import type { Posting } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Table } from '@mantine/core'
import { AmountText } from '../amount-text'
import { accountLabel } from './transaction-flow'

interface PostingsTableProps {
  readonly postings: readonly Posting[]
  readonly creditClass: string
  /** Shows what a reversal would book. */
  readonly opposite?: boolean
}

export function PostingsTable({ postings, creditClass, opposite = false }: PostingsTableProps) {
  return (
    <Table fz="sm" aria-label={opposite ? 'What would be booked' : 'Postings'}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Account</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
          {!opposite && <Table.Th ta="right">Balance after</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {postings.map((posting) => (
          <Table.Tr key={`${posting.account} ${posting.organization}`}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{accountLabel(posting)}</Table.Td>
            <Table.Td ta="right">
              <AmountText
                signed
                amount={opposite ? -posting.amount : posting.amount}
                creditClass={creditClass}
              />
            </Table.Td>
            {!opposite && (
              <Table.Td ta="right">
                <AmountText amount={posting.balanceAfter} creditClass={creditClass} />
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
