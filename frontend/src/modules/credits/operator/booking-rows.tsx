import type { Booking, BookingRow } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { Anchor, Table, Text } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { AmountText } from '../amount-text'
import { shortfall, signedAmount } from './booking-effect'
import { useBookingRows } from './booking-queries'
import { ClassNote } from './class-note'
import classes from './desk.module.css'
import { transactionPath } from './desk-links'

/** What the booking does to each organisation. */
export function BookingRows({ booking }: { booking: Booking }) {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const rows = useBookingRows(booking.name, token)
  return (
    <div>
      <Panel title={booking.rowCount === 1 ? '1 row' : `${booking.rowCount.toLocaleString('en')} rows`} flush>
        {rows.data === undefined ? (
          rows.isError ? (
            <ErrorState error={rows.error} onRetry={() => rows.refetch()} />
          ) : (
            <ListSkeleton rows={4} />
          )
        ) : (
          <RowsTable booking={booking} rows={rows.data.rows} />
        )}
      </Panel>
      <Pager
        label="Pages of rows"
        token={token}
        nextToken={rows.data?.nextPageToken ?? ''}
        query={(page) => new URLSearchParams(page === '' ? {} : { page })}
      />
    </div>
  )
}

function RowsTable({ booking, rows }: { booking: Booking; rows: readonly BookingRow[] }) {
  const waits = booking.state === 'BOOKING_STATE_SUBMITTED'
  const booked = booking.state === 'BOOKING_STATE_BOOKED'
  const reduction = booking.kind === 'BOOKING_KIND_REDUCTION'
  return (
    <Table fz="sm" aria-label="Rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th visibleFrom="sm" ta="right" w={56}>
            {booking.fileName === '' ? 'Row' : 'Line'}
          </Table.Th>
          <Table.Th>Organisation</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
          {waits && (
            <Table.Th ta="right" visibleFrom="sm">
              Has now
            </Table.Th>
          )}
          {booked && reduction && <Table.Th ta="right">Deficit</Table.Th>}
          {booked && <Table.Th visibleFrom="sm">Transaction</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => {
          const missing = waits ? shortfall(row, booking.kind) : 0n
          return (
            <Table.Tr key={row.line}>
              <Table.Td visibleFrom="sm" ta="right" c="dimmed">
                {row.line.toLocaleString('en')}
              </Table.Td>
              <Table.Td className={classes.name}>
                <Text size="sm" fw={570} truncate title={row.organizationDisplayName}>
                  {row.organizationDisplayName || row.organization.replace('organizations/', '')}
                </Text>
                {row.reference !== '' && (
                  <Text size="xs" c="dimmed" truncate title={row.reference}>
                    {row.reference}
                  </Text>
                )}
                {waits && (
                  <Text size="xs" c="dimmed" hiddenFrom="sm" component="div">
                    has <AmountText amount={row.available} creditClass={row.creditClass} />
                    {missing > 0n && (
                      <div className={classes.warning}>
                        <AmountText amount={missing} creditClass={row.creditClass} />{' '}
                        {reduction ? 'deficit' : 'too little'}
                      </div>
                    )}
                  </Text>
                )}
                {row.transaction !== '' && (
                  <Text size="xs" hiddenFrom="sm">
                    <Anchor component={Link} to={transactionPath(row.transaction)} inherit>
                      Transaction {row.transaction.slice(-8)}
                    </Anchor>
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right" className={classes.tight}>
                <AmountText signed amount={signedAmount(row, booking.kind)} creditClass={row.creditClass} />
                <ClassNote name={row.creditClass} />
              </Table.Td>
              {waits && (
                <Table.Td ta="right" className={classes.tight} visibleFrom="sm">
                  <AmountText amount={row.available} creditClass={row.creditClass} />
                  {missing > 0n && (
                    <Text size="xs" className={classes.warning}>
                      <AmountText amount={missing} creditClass={row.creditClass} />{' '}
                      {reduction ? 'deficit' : 'too little'}
                    </Text>
                  )}
                </Table.Td>
              )}
              {booked && reduction && (
                <Table.Td ta="right" className={classes.tight}>
                  {row.deficit > 0n ? (
                    <span className={classes.warning}>
                      <AmountText amount={row.deficit} creditClass={row.creditClass} />
                    </span>
                  ) : (
                    '–'
                  )}
                </Table.Td>
              )}
              {booked && (
                <Table.Td visibleFrom="sm" className={classes.tight}>
                  {row.transaction === '' ? (
                    '–'
                  ) : (
                    <Anchor component={Link} to={transactionPath(row.transaction)} inherit>
                      {row.transaction.slice(-8)}
                    </Anchor>
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
