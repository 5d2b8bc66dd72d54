import {
  BookingAction as BookingActionMessage,
  BookingKind as BookingKindMessage,
  type Booking as BookingMessage,
  type BookingRow as BookingRowMessage,
  BookingServiceService,
  BookingState as BookingStateMessage,
  type BookingTotal as BookingTotalMessage,
  type CreateBookingRequest,
} from '@fairlead/proto/server/fairlead/credits/v1/bookings'
import { validate } from 'uuid'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { attachedFileMessage, placeOf } from '../attachments/index.ts'
import type { BookingAction, BookingKind, BookingState, BookingTotal } from './booking.ts'
import type { BookingRequest, RowBookingKind } from './booking-contents.ts'
import type { Bookings } from './booking-service.ts'
import type { PlacedBooking, PlacedRow } from './place-bookings.ts'

const DEFAULT_PAGE_SIZE = 50
const DEFAULT_ROWS_PAGE_SIZE = 100
/** Of a check's answer. */
const ERRORS_MAX = 100

export function bookingsHandler({
  bookings,
  pageTokens,
}: {
  readonly bookings: Bookings
  readonly pageTokens: PageTokens
}): RegisteredService {
  return registeredService(BookingServiceService, {
    async listBookings({ pageSize, pageToken, ...filter }, context) {
      const scope = pageScope('ListBookings', filter)
      const [createTime, id] = pageTokens.decode(scope, pageToken) ?? []
      const { bookings: page, next } = await bookings.list(callerOf(context).userId, {
        states: filter.states.map(stateOf),
        kinds: filter.kinds.map(kindOf),
        after: createTime === undefined || id === undefined ? undefined : { createTime, id },
        pageSize: pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      })
      return {
        bookings: page.map(bookingMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.createTime, next.id]),
      }
    },

    async getBooking({ name }, context) {
      return bookingMessage(await bookings.get(callerOf(context).userId, idOf(name, 'name')))
    },

    async listBookingRows({ parent, pageSize, pageToken }) {
      const scope = pageScope('ListBookingRows', { parent })
      const [line] = pageTokens.decode(scope, pageToken) ?? []
      const { rows, next } = await bookings.rows(
        idOf(parent, 'parent'),
        Number(line ?? 0),
        pageSize === 0 ? DEFAULT_ROWS_PAGE_SIZE : pageSize,
      )
      return {
        rows: rows.map(rowMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [String(next)]),
      }
    },

    async checkBookingFile({ kind, content }) {
      const { checked, placed, rowCount } = await bookings.checkFile(rowKindOf(kind), content)
      return {
        rowCount,
        totals: checked.totals.map(totalMessage),
        errors: checked.errors.slice(0, ERRORS_MAX),
        errorCount: checked.errors.length,
        rows: placed.map(rowMessage),
      }
    },

    async createBooking(request, context) {
      const { userId } = callerOf(context)
      const created = await bookings.create(userId, requestOf(request))
      const { id, kind, rowCount } = created.booking
      context.log.info({ booking: id, kind, rowCount, userId }, 'a booking of credits was submitted')
      return bookingMessage(created)
    },

    async approveBooking({ name }, context) {
      const { userId } = callerOf(context)
      const approved = await bookings.approve(userId, idOf(name, 'name'))
      context.log.info(
        { booking: approved.booking.id, userId },
        'a booking of credits was approved and booked',
      )
      return bookingMessage(approved)
    },

    async declineBooking({ name, reason }, context) {
      const { userId } = callerOf(context)
      const declined = await bookings.decline(userId, idOf(name, 'name'), reason)
      context.log.info({ booking: declined.booking.id, userId }, 'a booking of credits was declined')
      return bookingMessage(declined)
    },

    createBookingEvidenceUrl({ name }, context) {
      const { id, place } = placeOf(name)
      if (!validate(id)) throw invalidField('name', 'has no UUID in it.')
      return bookings.evidenceAddress(callerOf(context).userId, id, place)
    },

    async withdrawBooking({ name }, context) {
      const { userId } = callerOf(context)
      const withdrawn = await bookings.withdraw(userId, idOf(name, 'name'))
      context.log.info({ booking: withdrawn.booking.id, userId }, 'a booking of credits was withdrawn')
      return bookingMessage(withdrawn)
    },
  })
}

const kinds: Readonly<Record<BookingKind, BookingKindMessage>> = {
  ISSUANCE: BookingKindMessage.BOOKING_KIND_ISSUANCE,
  AWARD: BookingKindMessage.BOOKING_KIND_AWARD,
  REDUCTION: BookingKindMessage.BOOKING_KIND_REDUCTION,
  ADJUSTMENT: BookingKindMessage.BOOKING_KIND_ADJUSTMENT,
  REVERSAL: BookingKindMessage.BOOKING_KIND_REVERSAL,
}
const states: Readonly<Record<BookingState, BookingStateMessage>> = {
  SUBMITTED: BookingStateMessage.BOOKING_STATE_SUBMITTED,
  BOOKED: BookingStateMessage.BOOKING_STATE_BOOKED,
  DECLINED: BookingStateMessage.BOOKING_STATE_DECLINED,
  WITHDRAWN: BookingStateMessage.BOOKING_STATE_WITHDRAWN,
}
const actions: Readonly<Record<BookingAction, BookingActionMessage>> = {
  APPROVE: BookingActionMessage.BOOKING_ACTION_APPROVE,
  DECLINE: BookingActionMessage.BOOKING_ACTION_DECLINE,
  WITHDRAW: BookingActionMessage.BOOKING_ACTION_WITHDRAW,
}
const kindsByMessage = new Map(Object.entries(kinds).map(([kind, message]) => [message, kind as BookingKind]))
const statesByMessage = new Map(
  Object.entries(states).map(([state, message]) => [message, state as BookingState]),
)

function kindOf(message: BookingKindMessage): BookingKind {
  const kind = kindsByMessage.get(message)
  if (kind === undefined) throw invalidField('kind', `is none of ${Object.keys(kinds).join(', ')}`)
  return kind
}

function rowKindOf(message: BookingKindMessage): RowBookingKind {
  const kind = kindOf(message)
  if (kind === 'REVERSAL') throw invalidField('kind', 'A reversal has no rows of its own.')
  return kind
}

function stateOf(message: BookingStateMessage): BookingState {
  const state = statesByMessage.get(message)
  if (state === undefined) throw invalidField('states', `is none of ${Object.keys(states).join(', ')}`)
  return state
}

/** The UUID of "creditBookings/{uuid}". */
function idOf(name: string, field: string): string {
  const id = name.slice(name.indexOf('/') + 1)
  if (!validate(id)) throw invalidField(field, 'does not end in a UUID.')
  return id
}

function requestOf(request: CreateBookingRequest): BookingRequest {
  const head = {
    displayName: textOf('display_name', request.displayName),
    reason: textOf('reason', request.reason),
    evidenceUrls: request.evidenceUrls,
    evidenceFiles: request.evidenceFiles,
    requestId: request.requestId === '' ? undefined : request.requestId,
  }
  const kind = kindOf(request.kind)
  const hasContent = request.content.length > 0
  const hasRows = request.rows.length > 0
  if (kind === 'REVERSAL') {
    if (hasContent || hasRows) {
      throw invalidField(
        hasRows ? 'rows' : 'content',
        'A reversal undoes one transaction and has no rows of its own.',
      )
    }
    if (request.reversedTransaction === '') {
      throw invalidField('reversed_transaction', 'A reversal needs the transaction that it undoes.')
    }
    return { ...head, kind, transactionId: idOf(request.reversedTransaction, 'reversed_transaction') }
  }
  if (request.reversedTransaction !== '') {
    throw invalidField('reversed_transaction', 'Only a reversal undoes a transaction.')
  }
  if (hasContent && hasRows) throw invalidField('rows', 'Give either a file or rows, not both.')
  if (hasContent) return { ...head, kind, content: request.content, fileName: request.fileName }
  if (!hasRows) throw invalidField('rows', 'Give a file or rows.')
  return {
    ...head,
    kind,
    rows: request.rows.map((row) => ({
      organization: row.organization.slice('organizations/'.length),
      creditClass: row.creditClass.slice('creditClasses/'.length),
      amount: row.amount,
      reference: row.reference.trim(),
    })),
  }
}

function textOf(field: string, text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw invalidField(field, 'is empty.')
  return trimmed
}

function bookingMessage(placed: PlacedBooking): BookingMessage {
  const { booking } = placed
  return {
    name: `creditBookings/${booking.id}`,
    kind: kinds[booking.kind],
    state: states[booking.state],
    displayName: booking.displayName,
    reason: booking.reason,
    evidenceUrls: [...booking.evidenceUrls],
    fileName: booking.fileName,
    fileSha256: booking.fileSha256?.toString('hex') ?? '',
    rowCount: booking.rowCount,
    totals: booking.totals.map(totalMessage),
    creatorDisplayName: placed.creatorDisplayName,
    createTime: booking.createTime,
    deciderDisplayName: placed.deciderDisplayName,
    decideTime: booking.decideTime,
    decisionReason: booking.decisionReason,
    reversedTransaction:
      booking.reversedTransaction === undefined ? '' : `creditTransactions/${booking.reversedTransaction}`,
    actions: placed.actions.map((action) => actions[action]),
    barredReason: placed.barredReason,
    evidence: booking.evidence.map(({ displayName, file }) =>
      attachedFileMessage(displayName, file, placed.operatorSlug),
    ),
  }
}

function totalMessage({ classCode, amount, rowCount }: BookingTotal): BookingTotalMessage {
  return { creditClass: `creditClasses/${classCode}`, amount, rowCount }
}

function rowMessage({ row, organization, classCode, available }: PlacedRow): BookingRowMessage {
  return {
    line: row.line,
    organization: organization === undefined ? '' : `organizations/${organization.slug}`,
    organizationDisplayName: organization?.displayName ?? '',
    creditClass: `creditClasses/${classCode}`,
    amount: row.amount,
    reference: row.reference,
    deficit: row.deficit,
    transaction: row.transactionId === undefined ? '' : `creditTransactions/${row.transactionId}`,
    available: available ?? 0n,
  }
}
