import type { Party, Review } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Anchor, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { AmountText } from '../amount-text'
import classes from './desk.module.css'
import { deskPath } from './desk-address'
import { idOf } from './desk-links'
import { stateWords } from './review-state'

interface PartyComparisonProps {
  readonly review: Review
  readonly transfer: Transfer
}

/** Seller and buyer side by side. */
export function PartyComparison({ review, transfer }: PartyComparisonProps) {
  const { seller, buyer } = review
  if (seller === undefined || buyer === undefined) return null
  const { creditClass } = transfer
  const amount = (of: (party: Party) => bigint) => (party: Party) => (
    <AmountText amount={of(party)} creditClass={creditClass} />
  )
  const running = stateWords(review.state).turn !== undefined
  const rows: readonly (readonly [string, (party: Party) => ReactNode, boolean?] | string)[] = [
    'Balance',
    ['Available', amount(({ balance }) => balance?.available ?? 0n)],
    [
      'Held',
      (party) => {
        const held = party.balance?.held ?? 0n
        return (
          <>
            <AmountText amount={held} creditClass={creditClass} />
            {held > 0n && (
              <Text size="xs" c="dimmed">
                <AmountText amount={party.balance?.heldForTransfers ?? 0n} creditClass={creditClass} /> for
                transfers
              </Text>
            )}
          </>
        )
      },
    ],
    ['Together now', amount((party) => balanceNow(party)), !running],
    ...(running
      ? ([
          [
            'After this transfer',
            (party: Party) => (
              <>
                <AmountText amount={party.balanceAfter} creditClass={creditClass} />
                <Text size="xs" c="dimmed">
                  <AmountText
                    signed
                    amount={party.balanceAfter - balanceNow(party)}
                    creditClass={creditClass}
                  />
                </Text>
              </>
            ),
            true,
          ],
        ] as const)
      : []),
    'In the last 365 days',
    ['Bought', amount(({ boughtInYear }) => boughtInYear)],
    ['Sold', amount(({ soldInYear }) => soldInYear)],
    ['Used', amount(({ usedInYear }) => usedInYear)],
    'Track record',
    ['Transfers recorded', ({ recordedTransfers }) => recordedTransfers.toLocaleString('en')],
    [
      'Refused, declined or rescinded',
      ({ failedTransfers }) => (
        <Text span inherit {...(failedTransfers > 0 ? { className: classes.warning ?? '' } : {})}>
          {failedTransfers.toLocaleString('en')}
        </Text>
      ),
    ],
    ['Organisation since', ({ organizationCreateTime }) => <RelativeTime time={organizationCreateTime} />],
  ]
  return (
    <Panel title="Seller and buyer" flush>
      <Table fz="sm" aria-label="Seller and buyer" className={classes.comparison ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {(
              [
                ['Seller', seller],
                ['Buyer', buyer],
              ] as const
            ).map(([role, party]) => (
              <Table.Th key={role} ta="right" scope="col">
                {role}
                <Text size="sm" fw={620} lh={1.35} c="var(--mantine-color-text)" lineClamp={3}>
                  <Anchor
                    component={Link}
                    to={deskPath('ledger', { organization: idOf(party.organization) })}
                    inherit
                    c="inherit"
                    title={`${party.displayName}: transactions`}
                  >
                    {party.displayName}
                  </Anchor>
                </Text>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            if (typeof row === 'string') {
              return (
                <Table.Tr key={row} className={classes.group}>
                  <Table.Th colSpan={3} scope="colgroup">
                    {row}
                  </Table.Th>
                </Table.Tr>
              )
            }
            const [name, value, strong = false] = row
            return (
              <Table.Tr key={name} data-strong={strong || undefined}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td ta="right">{value(seller)}</Table.Td>
                <Table.Td ta="right">{value(buyer)}</Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}

function balanceNow({ balance }: Party): bigint {
  return (balance?.available ?? 0n) + (balance?.held ?? 0n)
}
