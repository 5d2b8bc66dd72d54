import type { Booking } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { Button, Group, Select, Table, Text } from '@mantine/core'
import { IconClipboardList, IconPlus } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { StaleNotice } from '../../operations/stale-notice'
import { useBookings } from './booking-queries'
import { BookingTotals } from './booking-totals'
import {
  bookingChoiceFrom,
  bookingKinds,
  bookingStates,
  bookingStateWords,
  kindFromSlug,
  kindSlug,
  kindWords,
} from './booking-words'
import classes from './desk.module.css'
import { deskQuery } from './desk-address'
import { bookingPath } from './desk-links'
import { useDeskRights } from './use-desk-rights'
import { WaitingTime } from './waiting-time'

/** What was drawn up, newest first. */
export default function BookingsView() {
  const rights = useDeskRights()
  const [parameters, setParameters] = useSearchParams()
  const choice = bookingChoiceFrom(parameters.get('state') ?? '')
  const kind = kindFromSlug(parameters.get('kind') ?? '')
  const token = parameters.get('page') ?? ''
  const bookings = useBookings(
    {
      states: choice === undefined ? [] : [bookingStates[choice]],
      kinds: kind === undefined ? [] : [kind],
    },
    token,
  )
  const filters = { state: choice ?? '', kind: kind === undefined ? '' : kindSlug(kind) }
  const filtered = choice !== undefined || kind !== undefined
  const draw = rights.book && (
    <Button component={Link} to="/credits/bookings/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New booking
    </Button>
  )
  return (
    <>
      <Group gap="sm" mb="md" align="flex-end" justify="space-between">
        <Group gap="sm" align="flex-end" role="search" aria-label="Filter bookings" flex="1 1 300px">
          <Select
            label="State"
            data={Object.entries(bookingStates).map(([value, state]) => ({
              value,
              label: bookingStateWords(state).label,
            }))}
            value={choice ?? null}
            onChange={(state) => setParameters(deskQuery('bookings', { ...filters, state: state ?? '' }))}
            placeholder="Any"
            clearable
            clearButtonProps={{ 'aria-label': 'Any state' }}
            flex="1 1 160px"
            maw={{ sm: 200 }}
          />
          <Select
            label="Kind"
            data={bookingKinds.map((one) => ({ value: kindSlug(one), label: kindWords(one).label }))}
            value={kind === undefined ? null : kindSlug(kind)}
            onChange={(slug) => setParameters(deskQuery('bookings', { ...filters, kind: slug ?? '' }))}
            placeholder="Any"
            clearable
            clearButtonProps={{ 'aria-label': 'Any kind' }}
            flex="1 1 140px"
            maw={{ sm: 200 }}
          />
        </Group>
        {draw}
      </Group>
      <Panel flush>
        {bookings.data === undefined ? (
          bookings.isError ? (
            <ErrorState error={bookings.error} onRetry={() => bookings.refetch()} />
          ) : (
            <ListSkeleton rows={6} />
          )
        ) : bookings.data.bookings.length === 0 ? (
          <EmptyState
            icon={IconClipboardList}
            title={filtered ? 'No booking matches these filters' : 'No bookings yet'}
            text={
              filtered
                ? 'Try fewer of them.'
                : 'Issuances, awards, reductions, adjustments and reversals show here; a second person approves each.'
            }
            action={
              filtered && (
                <Button variant="default" onClick={() => setParameters(deskQuery('bookings'))}>
                  Clear filters
                </Button>
              )
            }
          />
        ) : (
          <BookingsTable bookings={bookings.data.bookings} />
        )}
        {bookings.data !== undefined && <StaleNotice error={bookings.error} />}
      </Panel>
      <Pager
        label="Pages of bookings"
        token={token}
        nextToken={bookings.data?.nextPageToken ?? ''}
        query={(page) => deskQuery('bookings', { ...filters, page })}
      />
    </>
  )
}

function BookingsTable({ bookings }: { bookings: readonly Booking[] }) {
  return (
    <Table fz="sm" aria-label="Bookings">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Booking</Table.Th>
          <Table.Th visibleFrom="sm">Kind</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
          <Table.Th visibleFrom="sm">State</Table.Th>
          <Table.Th visibleFrom="md">Drawn up</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {bookings.map((booking) => {
          const { label, color } = bookingStateWords(booking.state)
          const waits = booking.state === 'BOOKING_STATE_SUBMITTED'
          const rows = booking.rowCount === 1 ? '1 row' : `${booking.rowCount.toLocaleString('en')} rows`
          return (
            <Table.Tr key={booking.name} className={classes.row}>
              <Table.Td className={classes.name}>
                <Link className={classes.link} to={bookingPath(booking.name)} title={booking.displayName}>
                  {booking.displayName}
                </Link>
                <Text size="xs" c="dimmed" truncate>
                  {rows} · by {booking.creatorDisplayName}
                  {booking.deciderDisplayName !== '' &&
                    ` · ${label.toLowerCase()} by ${booking.deciderDisplayName}`}
                </Text>
                <Text size="xs" hiddenFrom="sm" mt={4} component="div">
                  {kindWords(booking.kind).label} <Tag color={color}>{label}</Tag>
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">{kindWords(booking.kind).label}</Table.Td>
              <Table.Td ta="right" className={classes.tight}>
                <BookingTotals kind={booking.kind} totals={booking.totals} />
              </Table.Td>
              <Table.Td visibleFrom="sm" className={classes.tight}>
                <Tag color={color}>{label}</Tag>
                {waits && (
                  <Text size="xs" c="dimmed" mt={2}>
                    for <WaitingTime since={booking.createTime} />
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="md" className={classes.tight} c="dimmed">
                <RelativeTime time={booking.createTime} />
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
