import type { Booking } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconExternalLink, IconUserOff } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { Copyable } from '../../../ui/copyable'
import { ErrorState } from '../../../ui/error-state'
import { Facts } from '../../../ui/facts'
import { formatUtc } from '../../../ui/format-time'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { notifySuccess } from '../../../ui/notify'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import { StaleNotice } from '../../operations/stale-notice'
import { Attached } from '../attached-file'
import { useBookingService } from '../use-booking-service'
import { type BookingDecision, useBooking, useDecideBooking } from './booking-queries'
import { BookingRows } from './booking-rows'
import { BookingTotals } from './booking-totals'
import { bookingStateWords, kindWords } from './booking-words'
import classes from './desk.module.css'
import { deskPath } from './desk-address'
import { transactionPath } from './desk-links'
import { DeskSubtitle } from './desk-subtitle'
import { OperatorOnly } from './operator-only'
import { ReasonDialog } from './reason-dialog'
import { useDeskRights } from './use-desk-rights'
import { WaitingTime } from './waiting-time'

/** One booking: what it changes, on what evidence, and the second person's decision. */
export default function BookingPage() {
  const { booking: id = '' } = useParams()
  const rights = useDeskRights()
  if (rights.observe === undefined) return <ListSkeleton rows={8} />
  return rights.observe ? <BookingContent name={`creditBookings/${id}`} /> : <OperatorOnly />
}

function BookingContent({ name }: { name: string }) {
  const reading = useBooking(name)
  const booking = reading.data
  if (booking === undefined) {
    return (
      <>
        <PageHeader title="Booking" subtitle={<DeskSubtitle to={deskPath('bookings')} label="Bookings" />} />
        <Panel>
          {reading.isError ? (
            <ErrorState
              error={reading.error}
              {...(toApiError(reading.error).transient ? { onRetry: () => reading.refetch() } : {})}
            />
          ) : (
            <ListSkeleton rows={8} />
          )}
        </Panel>
      </>
    )
  }
  const { label, color } = bookingStateWords(booking.state)
  return (
    <>
      <PageHeader
        title={booking.displayName}
        subtitle={
          <DeskSubtitle to={deskPath('bookings')} label="Bookings">
            <span>{kindWords(booking.kind).label}</span>
            <Tag color={color}>{label}</Tag>
          </DeskSubtitle>
        }
      />
      <div className={classes.columns}>
        <div className={classes.column}>
          <DecisionPanel booking={booking} />
          <BookingRows booking={booking} />
        </div>
        <BookingFacts booking={booking} />
      </div>
      <StaleNotice error={reading.error} />
    </>
  )
}

type Asked = BookingDecision['kind']

function DecisionPanel({ booking }: { booking: Booking }) {
  const rights = useDeskRights()
  const decide = useDecideBooking(booking.name)
  const [asked, setAsked] = useState<Asked>()
  // Kept while the dialog closes.
  const [last, setLast] = useState<Asked>('approve')
  const ask = (one: Asked) => {
    decide.reset()
    setLast(one)
    setAsked(one)
  }
  const { actions } = booking
  const waits = booking.state === 'BOOKING_STATE_SUBMITTED'
  const rows = booking.rowCount === 1 ? 'The one row' : `All ${booking.rowCount.toLocaleString('en')} rows`
  const dialogs: Readonly<Record<Asked, DialogWords>> = {
    approve: {
      title: 'Approve this booking?',
      text: (
        <>
          {rows} {booking.rowCount === 1 ? 'is' : 'are'} booked at once. What is booked is undone by a
          reversal alone.
        </>
      ),
      confirm: 'Approve and book',
      done: 'Booked',
      decision: () => ({ kind: 'approve' }),
    },
    decline: {
      title: 'Decline this booking?',
      text: 'Nothing is booked.',
      reason: { description: `${booking.creatorDisplayName} reads it.`, maxLength: 1000 },
      confirm: 'Decline',
      color: 'red.8',
      done: 'Booking declined',
      decision: (reason) => ({ kind: 'decline', reason }),
    },
    withdraw: {
      title: 'Withdraw this booking?',
      text: 'Nothing is booked, and nobody has to decide on it any more.',
      confirm: 'Withdraw',
      color: 'red.8',
      done: 'Booking withdrawn',
      decision: () => ({ kind: 'withdraw' }),
    },
  }
  const words = dialogs[last]
  return (
    <Panel
      title={waits ? 'Director’s turn' : 'Outcome'}
      actions={
        waits && (
          <Text size="sm" c="dimmed">
            waiting <WaitingTime since={booking.createTime} />
          </Text>
        )
      }
    >
      <Stack gap="sm">
        <Text size="sm">{situation(booking)}</Text>
        {booking.decisionReason !== '' && (
          <Text size="sm" className={classes.preserved}>
            “{booking.decisionReason}”
          </Text>
        )}
        {booking.barredReason !== '' && (
          <Notice color="yellow" icon={IconUserOff} title="Somebody else has to decide">
            {booking.barredReason}
          </Notice>
        )}
        {waits &&
          !rights.approve &&
          booking.barredReason === '' &&
          !actions.includes('BOOKING_ACTION_WITHDRAW') && (
            <Text size="sm" c="dimmed">
              Your role sees this, and does not decide it.
            </Text>
          )}
        <Group gap="xs">
          {actions.includes('BOOKING_ACTION_APPROVE') && (
            <Button onClick={() => ask('approve')}>Approve…</Button>
          )}
          {actions.includes('BOOKING_ACTION_DECLINE') && (
            <Button color="red.8" variant="outline" onClick={() => ask('decline')}>
              Decline…
            </Button>
          )}
          {actions.includes('BOOKING_ACTION_WITHDRAW') && (
            <Button variant="default" onClick={() => ask('withdraw')}>
              Withdraw…
            </Button>
          )}
        </Group>
      </Stack>
      <ReasonDialog
        opened={asked !== undefined}
        title={words.title}
        text={words.text}
        confirm={words.confirm}
        {...(words.reason === undefined ? {} : { reason: words.reason })}
        {...(words.color === undefined ? {} : { color: words.color })}
        pending={decide.isPending}
        error={decide.error}
        onConfirm={(reason) =>
          decide.mutate(words.decision(reason), {
            onSuccess: () => {
              notifySuccess(words.done, booking.displayName)
              setAsked(undefined)
            },
          })
        }
        onClose={() => setAsked(undefined)}
      />
    </Panel>
  )
}

interface DialogWords {
  readonly title: string
  readonly text: ReactNode
  readonly reason?: { readonly description: string; readonly maxLength: number }
  readonly confirm: string
  readonly color?: string
  /** Said when it is done. */
  readonly done: string
  readonly decision: (reason: string) => BookingDecision
}

function situation(booking: Booking): string {
  const when = booking.decideTime === undefined ? '' : `, ${formatUtc(booking.decideTime)}`
  switch (booking.state) {
    case 'BOOKING_STATE_SUBMITTED':
      return `${booking.creatorDisplayName} drew it up. Nothing is booked before another person approves it.`
    case 'BOOKING_STATE_BOOKED':
      return `${booking.deciderDisplayName} approved it, and it is booked${when}.`
    case 'BOOKING_STATE_DECLINED':
      return `${booking.deciderDisplayName} declined it${when}. Nothing was booked.`
    case 'BOOKING_STATE_WITHDRAWN':
      return `${booking.creatorDisplayName} took it back${when}. Nothing was booked.`
    default:
      return 'Its state is unknown.'
  }
}

function BookingFacts({ booking }: { booking: Booking }) {
  const entries: (readonly [string, ReactNode])[] = [
    ['Kind', kindWords(booking.kind).label],
    ['Changes', <BookingTotals key="totals" kind={booking.kind} totals={booking.totals} />],
    ['Drawn up by', booking.creatorDisplayName],
    ['Drawn up', booking.createTime === undefined ? '–' : formatUtc(booking.createTime)],
    ...(booking.deciderDisplayName === '' ? [] : ([['Decided by', booking.deciderDisplayName]] as const)),
    ...(booking.decideTime === undefined ? [] : ([['Decided', formatUtc(booking.decideTime)]] as const)),
    ...(booking.reversedTransaction === ''
      ? []
      : ([
          [
            'Undoes',
            <Anchor key="undoes" component={Link} to={transactionPath(booking.reversedTransaction)} inherit>
              Transaction {booking.reversedTransaction.slice(-8)}
            </Anchor>,
          ],
        ] as const)),
    ...(booking.fileName === ''
      ? []
      : ([
          ['File', booking.fileName],
          [
            'SHA-256',
            <Copyable
              key="hash"
              value={booking.fileSha256}
              shown={`${booking.fileSha256.slice(0, 16)}…`}
              what="SHA-256 of the file"
            />,
          ],
        ] as const)),
  ]
  const bookings = useBookingService()
  return (
    <div className={classes.column}>
      <Panel title="Reason and evidence">
        <Stack gap="sm">
          <Text size="sm" className={classes.preserved}>
            {booking.reason}
          </Text>
          {booking.evidenceUrls.map((url) => (
            <Text size="sm" key={url} style={{ overflowWrap: 'anywhere' }}>
              <Anchor href={url} target="_blank" rel="noreferrer noopener" inherit>
                {url} <IconExternalLink size={13} aria-label="opens a new tab" />
              </Anchor>
            </Text>
          ))}
          {booking.evidence.map((attachment, place) => (
            <Attached
              key={attachment.file}
              attachment={attachment}
              sign={() => bookings().CreateBookingEvidenceUrl({ name: `${booking.name}/evidence/${place}` })}
            />
          ))}
        </Stack>
      </Panel>
      <Panel title="Facts">
        <Facts entries={entries} />
      </Panel>
    </div>
  )
}
