import type { BalancePoint, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Box, Table } from '@mantine/core'
import { formatUtc } from '../../ui/format-time'
import { formatAmount } from './amount'
import { changesOf } from './chart-points'

/** The balance over time in figures, the latest first. */
export function BalanceTable({
  points,
  creditClass,
}: {
  points: readonly BalancePoint[]
  creditClass: CreditClass
}) {
  return (
    // What scrolls is within reach of the keyboard.
    <Box
      component="section"
      mah={272}
      style={{ overflow: 'auto' }}
      tabIndex={0}
      aria-label="Balance over time, in figures"
    >
      <Table fz="sm" stickyHeader aria-label={`Balance of ${creditClass.displayName} over time`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>At</Table.Th>
            <Table.Th ta="right">Available</Table.Th>
            <Table.Th ta="right">Held</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changesOf(points)
            .reverse()
            .map(({ time, available, held }) => (
              <Table.Tr key={time?.getTime()}>
                <Table.Td>{time === undefined ? '–' : formatUtc(time)}</Table.Td>
                <Table.Td ta="right">{formatAmount(available, creditClass.decimals)}</Table.Td>
                <Table.Td ta="right">{formatAmount(held, creditClass.decimals)}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}
