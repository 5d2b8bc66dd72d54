import { createHash } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction, sqlState } from '../../../database/index.ts'
import type { DomainError } from '../../../errors/domain-error.ts'
import { writeEvent, writeEvents } from '../../../outbox/index.ts'
import type { IdentityService, Organization } from '../../identity/index.ts'
import { decimalOf } from '../export/index.ts'
import {
  balancesOf,
  type CreditClassRecord,
  listClasses,
  type NewReversal,
  type NewTransaction,
  postAll,
  type Refusal,
  reversalOf,
  transactionsById,
} from '../ledger/index.ts'
import {
  type BookedRow,
  type BookingAction,
  type BookingKind,
  type BookingRecord,
  type BookingRow,
  type BookingState,
  type NewBooking,
  ROWS_MAX,
  type RowError,
} from './booking.ts'
import {
  bookingDecided,
  bookingNotFound,
  othersBooking,
  ownBooking,
  requestIdReused,
  reversalRefused,
  rowsRefused,
  transactionNotFound,
  wrongRows,
} from './booking-errors.ts'
import {
  type BookingCursor,
  decideBooking,
  findBooking,
  findBookingRequest,
  insertBooking,
  listBookingRows,
  listBookings,
  lockBooking,
  recordRows,
} from './booking-store.ts'
import { type CheckedRows, checkRows, type RawRow } from './check-rows.ts'
import { decimalAmount } from './decimal-amount.ts'
import { readBookingFile } from './read-booking-file.ts'
import { type RowTransaction, rowTransactions } from './row-transactions.ts'

export interface BookingServiceOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<
    IdentityService,
    'organizationsBySlugs' | 'organizationsByIds' | 'displayNames' | 'permissionsOf'
  >
}

export type RowBookingKind = Exclude<BookingKind, 'REVERSAL'>

interface BookingHead {
  readonly displayName: string
  readonly reason: string
  readonly evidenceUrls: readonly string[]
  readonly requestId: string | undefined
}

export type BookingRequest = BookingHead &
  (
    | { readonly kind: RowBookingKind; readonly content: Uint8Array; readonly fileName: string }
    | { readonly kind: RowBookingKind; readonly rows: readonly RequestedRow[] }
    | { readonly kind: 'REVERSAL'; readonly transactionId: string }
  )

export interface RequestedRow {
  /** Slug. */
  readonly organization: string
  /** Code. */
  readonly creditClass: string
  readonly amount: bigint
  readonly reference: string
}

/** A booking with the names of people, and what the caller may do about it. */
export interface PlacedBooking {
  readonly booking: BookingRecord
  readonly creatorDisplayName: string
  /** Empty while it is SUBMITTED. */
  readonly deciderDisplayName: string
  readonly actions: readonly BookingAction[]
  /** Why the caller may not decide though the role would allow it; empty otherwise. */
  readonly barredReason: string
}

export interface PlacedRow {
  readonly row: BookedRow
  readonly organization: Organization | undefined
  readonly classCode: string
  /** Now; undefined when the booking is decided. */
  readonly available: bigint | undefined
}

export interface FileCheck {
  readonly checked: CheckedRows
  readonly rowCount: number
  /** Of the first rows that are right. */
  readonly placed: readonly PlacedRow[]
}

/** Rows that a check of a file shows. */
const SHOWN_MAX = 100

/**
 * What the operator does to balances. One person draws a booking up, another one approves it, and only then all its
 * rows are booked, in one transaction with the change of its state.
 *
 * The row of the booking is locked before anything is decided, and before accounts are: of two who decide at once the
 * second finds what the first decided, so nothing is booked twice, and nothing that was withdrawn.
 */
export class Bookings {
  readonly #options: BookingServiceOptions

  constructor(options: BookingServiceOptions) {
    this.#options = options
  }

  /** Says what is wrong with a file; nothing is stored. */
  async checkFile(kind: RowBookingKind, content: Uint8Array): Promise<FileCheck> {
    const { checked, rowCount } = await this.#checkFile(kind, content)
    const shown = checked.rows
      .slice(0, SHOWN_MAX)
      .map((row) => ({ ...row, deficit: 0n, transactionId: undefined }))
    return { checked, rowCount, placed: await this.#placeRows(shown, true) }
  }

  /** Draws a booking up. A repeat gives the first answer. */
  async create(creatorId: string, request: BookingRequest): Promise<PlacedBooking> {
    const { dataSource } = this.#options
    const { requestId } = request
    const requestHash = hashOf(request)
    // Before its rows are looked at: of a repeat they may be wrong by now.
    const earlier = await this.#earlier(dataSource, creatorId, requestId, requestHash)
    if (earlier !== undefined) return this.get(creatorId, earlier)

    const contents = await this.#contentsOf(request)
    const { kind, displayName, reason, evidenceUrls } = request
    const booking: NewBooking = {
      id: v7(),
      kind,
      displayName,
      reason,
      evidenceUrls,
      creatorId,
      requestId,
      requestHash,
      ...contents,
    }
    const id = await this.#insert(booking)
    return this.get(creatorId, id)
  }

  async get(callerId: string, id: string): Promise<PlacedBooking> {
    const found = await findBooking(this.#options.dataSource, id)
    const [placed] = found === undefined ? [] : await this.#place(callerId, [found])
    if (placed === undefined) throw bookingNotFound()
    return placed
  }

  /** The latest first. */
  async list(
    callerId: string,
    query: {
      readonly states: readonly BookingState[]
      readonly kinds: readonly BookingKind[]
      readonly after: BookingCursor | undefined
      readonly pageSize: number
    },
  ): Promise<{ bookings: PlacedBooking[]; next: BookingCursor | undefined }> {
    const { pageSize, ...rest } = query
    const found = await listBookings(this.#options.dataSource, { ...rest, limit: pageSize + 1 })
    const page = found.slice(0, pageSize)
    return {
      bookings: await this.#place(
        callerId,
        page.map(({ booking }) => booking),
      ),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** By line. */
  async rows(
    id: string,
    after: number,
    pageSize: number,
  ): Promise<{ rows: PlacedRow[]; next: number | undefined }> {
    const { dataSource } = this.#options
    const booking = await findBooking(dataSource, id)
    if (booking === undefined) throw bookingNotFound()
    const found = await listBookingRows(dataSource, id, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    return {
      rows: await this.#placeRows(page, booking.state === 'SUBMITTED'),
      next: found.length > pageSize ? page.at(-1)?.line : undefined,
    }
  }

  /** Books all rows, or none. */
  async approve(callerId: string, id: string): Promise<PlacedBooking> {
    const { dataSource } = this.#options
    await inTransaction(dataSource, async (manager) => {
      const booking = await this.#lockForDecision(manager, id, callerId, 'BOOKED')
      if (booking === undefined) return
      const rows = await listBookingRows(manager, id, 0, ROWS_MAX)
      const transactions = await this.#transactionsOf(manager, booking, rows, callerId)
      await this.#book(manager, booking, rows, transactions, callerId)
      await decideBooking(manager, id, { state: 'BOOKED', deciderId: callerId, reason: '' })
      await writeDecided(manager, booking, { booked: true, by: callerId, reason: '' })
    })
    return this.get(callerId, id)
  }

  async decline(callerId: string, id: string, reason: string): Promise<PlacedBooking> {
    await inTransaction(this.#options.dataSource, async (manager) => {
      const booking = await this.#lockForDecision(manager, id, callerId, 'DECLINED')
      if (booking === undefined) return
      await decideBooking(manager, id, { state: 'DECLINED', deciderId: callerId, reason })
      await writeDecided(manager, booking, { booked: false, by: callerId, reason })
    })
    return this.get(callerId, id)
  }

  /** By the person who drew it up. */
  async withdraw(callerId: string, id: string): Promise<PlacedBooking> {
    await inTransaction(this.#options.dataSource, async (manager) => {
      const booking = await lockBooking(manager, id)
      if (booking === undefined) throw bookingNotFound()
      if (booking.creatorId !== callerId) throw othersBooking()
      if (booking.state === 'WITHDRAWN') return
      if (booking.state !== 'SUBMITTED') throw bookingDecided(booking.state)
      await decideBooking(manager, id, { state: 'WITHDRAWN', deciderId: callerId, reason: '' })
    })
    return this.get(callerId, id)
  }

  /** Undefined when the caller has decided so before: a repeat changes nothing. */
  async #lockForDecision(
    manager: EntityManager,
    id: string,
    callerId: string,
    state: 'BOOKED' | 'DECLINED',
  ): Promise<BookingRecord | undefined> {
    const booking = await lockBooking(manager, id)
    if (booking === undefined) throw bookingNotFound()
    if (booking.creatorId === callerId) throw ownBooking()
    if (booking.state === state && booking.deciderId === callerId) return undefined
    if (booking.state !== 'SUBMITTED') throw bookingDecided(booking.state)
    return booking
  }

  async #transactionsOf(
    manager: EntityManager,
    booking: BookingRecord,
    rows: readonly BookedRow[],
    deciderId: string,
  ): Promise<RowTransaction[]> {
    const { id, kind, displayName, reversedTransaction } = booking
    if (kind !== 'REVERSAL') {
      return rowTransactions(manager, { kind, bookingId: id, displayName, deciderId }, rows)
    }
    const transaction = await this.#reversal(manager, reversedTransaction ?? '', {
      description: displayName,
      reference: { kind: 'booking', id },
      actorId: deciderId,
    })
    const [first, ...others] = rows
    if (first === undefined) throw new Error(`booking ${id} has no rows`)
    // One transaction for all of its rows.
    return [
      { line: first.line, deficit: 0n, transaction: { ...transaction, id: transaction.id ?? v7() } },
      ...others.map(({ line }) => ({ line, deficit: 0n, transaction: undefined })),
    ]
  }

  async #book(
    manager: EntityManager,
    booking: BookingRecord,
    rows: readonly BookedRow[],
    given: readonly RowTransaction[],
    deciderId: string,
  ): Promise<void> {
    const booked = given.filter(hasTransaction)
    const outcomes = await postAll(
      manager,
      booked.map(({ transaction }) => transaction),
    )
    const refused = outcomes.flatMap((outcome, index) =>
      outcome.kind === 'refused' && outcome.reason !== 'OTHERS_REFUSED'
        ? [{ line: booked[index]?.line ?? 0, outcome }]
        : [],
    )
    const classes = new Map((await listClasses(manager)).map((each) => [each.id, each]))
    if (refused.length > 0) throw await this.#refusalOf(booking, rows, refused, classes)
    if (outcomes.some(({ kind }) => kind !== 'posted'))
      throw new Error('a booking was neither booked nor refused')
    const shared = booking.kind === 'REVERSAL' ? booked[0]?.transaction.id : undefined
    await recordRows(
      manager,
      booking.id,
      given.map(({ line, deficit, transaction }) => ({
        line,
        deficit,
        transactionId: transaction?.id ?? shared,
      })),
    )
    await writeChanges(manager, booking, {
      transactions: booked.map(({ transaction }) => transaction),
      classes,
      by: deciderId,
    })
  }

  async #refusalOf(
    booking: BookingRecord,
    rows: readonly BookedRow[],
    refused: readonly { readonly line: number; readonly outcome: Refusal }[],
    classes: ReadonlyMap<string, CreditClassRecord>,
  ): Promise<DomainError> {
    const byLine = new Map(rows.map((row) => [row.line, row]))
    const names = await this.#options.identity.organizationsByIds([
      ...new Set(refused.flatMap(({ outcome }) => outcome.organizationId ?? [])),
    ])
    const told = refused.map(({ line, outcome }) => {
      const creditClass = classes.get(byLine.get(line)?.classId ?? '')
      return { line, message: messageOf(outcome, names, creditClass) }
    })
    const [first] = refused
    if (
      booking.kind === 'REVERSAL' &&
      first !== undefined &&
      first.outcome.reason !== 'INSUFFICIENT_CREDITS'
    ) {
      return reversalRefused(first.outcome.reason, told[0]?.message ?? '')
    }
    return rowsRefused(told)
  }

  async #reversal(
    database: DataSource | EntityManager,
    transactionId: string,
    about: Omit<NewReversal, 'transactionId'>,
  ): Promise<NewTransaction> {
    const found = (await transactionsById(database, [transactionId])).get(transactionId)
    if (found === undefined) throw transactionNotFound()
    const reversal = reversalOf(found, about)
    if (reversal === undefined) {
      throw reversalRefused(
        'NOT_REVERSIBLE',
        'Only what was issued, awarded, reduced, adjusted, transferred or paid is undone; what is held ends with its job or transfer.',
      )
    }
    return reversal
  }

  async #insert(booking: NewBooking): Promise<string> {
    const { dataSource } = this.#options
    try {
      return await inTransaction(dataSource, async (manager) => {
        if (!(await insertBooking(manager, booking))) {
          const { creatorId, requestId, requestHash } = booking
          const first = await this.#earlier(manager, creatorId, requestId, requestHash)
          if (first === undefined) throw new Error('a booking was neither inserted nor found')
          return first
        }
        await writeEvent(manager, {
          routingKey: 'credits.booking_submitted.-',
          payload: { booking: booking.id, display_name: booking.displayName, by: booking.creatorId },
        })
        return booking.id
      })
    } catch (error) {
      // Of the request id it is answered above: what is left is that the same transaction is being undone.
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error
      throw reversalRefused(
        'ALREADY_REVERSED',
        'Another booking undoes this transaction already, or waits for its approval.',
      )
    }
  }

  async #earlier(
    database: DataSource | EntityManager,
    creatorId: string,
    requestId: string | undefined,
    requestHash: Buffer,
  ): Promise<string | undefined> {
    if (requestId === undefined) return undefined
    const first = await findBookingRequest(database, creatorId, requestId)
    if (first === undefined) return undefined
    if (!first.requestHash.equals(requestHash)) throw requestIdReused()
    return first.id
  }

  async #contentsOf(
    request: BookingRequest,
  ): Promise<Pick<NewBooking, 'rows' | 'totals' | 'fileName' | 'fileSha256' | 'reversedTransaction'>> {
    const none = { fileName: '', fileSha256: undefined, reversedTransaction: undefined }
    if (request.kind === 'REVERSAL') {
      const { dataSource } = this.#options
      const reversal = await this.#reversal(dataSource, request.transactionId, {
        description: request.displayName,
      })
      const rows = rowsOfReversal(reversal)
      const code = (await listClasses(dataSource)).find(({ id }) => id === reversal.classId)?.code ?? ''
      const amount = rows.reduce((sum, row) => sum + row.amount, 0n)
      return {
        ...none,
        rows,
        totals: [{ classCode: code, amount, rowCount: rows.length }],
        reversedTransaction: request.transactionId,
      }
    }
    if ('content' in request) {
      const { checked } = await this.#checkFile(request.kind, request.content)
      if (checked.errors.length > 0) throw wrongRows(checked.errors, fieldInFile)
      return {
        ...none,
        rows: checked.rows,
        totals: checked.totals,
        fileName: request.fileName,
        fileSha256: createHash('sha256').update(request.content).digest(),
      }
    }
    const checked = await this.#check(
      request.kind,
      request.rows.map((row, index) => ({
        line: index + 1,
        organization: row.organization,
        creditClass: row.creditClass,
        amount: () => (row.amount === 0n ? { problem: 'must not be 0.' } : { amount: row.amount }),
        reference: row.reference,
      })),
    )
    if (checked.errors.length > 0) throw wrongRows(checked.errors, fieldInRows)
    return { ...none, rows: checked.rows, totals: checked.totals }
  }

  async #checkFile(
    kind: RowBookingKind,
    content: Uint8Array,
  ): Promise<{ checked: CheckedRows; rowCount: number }> {
    const file = readBookingFile(content)
    const checked = await this.#check(
      kind,
      file.rows.map((row) => ({
        line: row.line,
        organization: withoutPrefix(row.organization, 'organizations/'),
        creditClass: withoutPrefix(row.creditClass, 'creditClasses/'),
        amount: (decimals) => decimalAmount(row.amount, decimals),
        reference: row.reference,
      })),
    )
    const errors = [...file.errors, ...checked.errors].sort((a, b) => a.line - b.line)
    return { checked: { ...checked, errors }, rowCount: file.rows.length }
  }

  async #check(kind: RowBookingKind, raw: readonly RawRow[]): Promise<CheckedRows> {
    const { dataSource, identity } = this.#options
    const [organizations, classes] = await Promise.all([
      identity.organizationsBySlugs([...new Set(raw.map(({ organization }) => organization))]),
      listClasses(dataSource),
    ])
    return checkRows(kind, raw, {
      organizations: new Map(organizations.map(({ slug, id }) => [slug, id])),
      classes: new Map(classes.map((each) => [each.code, each])),
    })
  }

  async #place(callerId: string, bookings: readonly BookingRecord[]): Promise<PlacedBooking[]> {
    const { identity } = this.#options
    const people = new Set(
      bookings.flatMap(({ creatorId, deciderId }) => [creatorId, deciderId ?? creatorId]),
    )
    const [names, permissions] = await Promise.all([
      identity.displayNames([...people]),
      identity.permissionsOf(callerId),
    ])
    return bookings.map((booking) => {
      const isOpen = booking.state === 'SUBMITTED'
      const isOwn = booking.creatorId === callerId
      const decides = isOpen && permissions.has('credits.approve')
      const actions: BookingAction[] = decides && !isOwn ? ['APPROVE', 'DECLINE'] : []
      if (isOpen && isOwn && permissions.has('credits.book')) actions.push('WITHDRAW')
      return {
        booking,
        creatorDisplayName: names.get(booking.creatorId) ?? '',
        deciderDisplayName: booking.deciderId === undefined ? '' : (names.get(booking.deciderId) ?? ''),
        actions,
        barredReason: decides && isOwn ? 'You drew this booking up: someone else has to decide it.' : '',
      }
    })
  }

  async #placeRows(rows: readonly BookedRow[], withAvailable: boolean): Promise<PlacedRow[]> {
    const { dataSource, identity } = this.#options
    const [organizations, classes, balances] = await Promise.all([
      identity.organizationsByIds([...new Set(rows.map(({ organizationId }) => organizationId))]),
      listClasses(dataSource),
      withAvailable ? balancesOf(dataSource, rows) : [],
    ])
    const codes = new Map(classes.map(({ id, code }) => [id, code]))
    return rows.map((row, index) => ({
      row,
      organization: organizations.get(row.organizationId),
      classCode: codes.get(row.classId) ?? '',
      available: balances[index]?.available,
    }))
  }
}

const UNIQUE_VIOLATION = '23505'

const hasTransaction = (
  row: RowTransaction,
): row is RowTransaction & { readonly transaction: NonNullable<RowTransaction['transaction']> } =>
  row.transaction !== undefined

const withoutPrefix = (name: string, prefix: string) =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name

const about = ({ column, message }: RowError) => (column === '' ? message : `${column}: ${message}`)

const fieldInFile = (error: RowError) => ({
  field: 'content',
  description: `Line ${error.line}: ${about(error)}`,
})

const fieldInRows = (error: RowError) => ({
  field: error.column === '' ? `rows[${error.line - 1}]` : `rows[${error.line - 1}].${error.column}`,
  description: error.message,
})

/** What organisations get and lose by it. */
function rowsOfReversal(reversal: NewTransaction): BookingRow[] {
  return reversal.postings
    .flatMap(({ account, amount }) => ('organizationId' in account ? [{ account, amount }] : []))
    .map(({ account, amount }, index) => ({
      line: index + 1,
      organizationId: account.organizationId,
      classId: account.classId,
      amount,
      reference: '',
    }))
}

function messageOf(
  { reason, organizationId, available }: Refusal,
  names: ReadonlyMap<string, Organization>,
  creditClass: CreditClassRecord | undefined,
): string {
  const { code = '', decimals = 0 } = creditClass ?? {}
  switch (reason) {
    case 'INSUFFICIENT_CREDITS': {
      const name = organizationId === undefined ? undefined : names.get(organizationId)?.displayName
      return `${name ?? 'An organisation'} has only ${decimalOf(available ?? 0n, decimals)} of ${code} available.`
    }
    case 'CLASS_EXPIRED':
      return `The class ${code} has expired.`
    case 'CLASS_CLOSED':
      return `The class ${code} is closed.`
    case 'ALREADY_REVERSED':
      return 'The transaction is undone already.'
    case 'AMOUNT_OUT_OF_RANGE':
      return 'The amount or the balance after it is beyond what can be booked.'
    default:
      return `It was refused: ${reason}.`
  }
}

/** Tells organisations what they were given or have lost, of each class once. */
async function writeChanges(
  manager: EntityManager,
  { displayName }: BookingRecord,
  booked: {
    readonly transactions: readonly NewTransaction[]
    readonly classes: ReadonlyMap<string, CreditClassRecord>
    readonly by: string
  },
): Promise<void> {
  const changes = new Map<string, { organizationId: string; classId: string; amount: bigint }>()
  for (const { account, amount } of booked.transactions.flatMap(({ postings }) => postings)) {
    if (!('organizationId' in account)) continue
    const { organizationId, classId } = account
    const key = `${organizationId} ${classId}`
    changes.set(key, { organizationId, classId, amount: (changes.get(key)?.amount ?? 0n) + amount })
  }
  await writeEvents(
    manager,
    [...changes.values()]
      .filter(({ amount }) => amount !== 0n)
      .map(({ organizationId, classId, amount }) => {
        const creditClass = booked.classes.get(classId)
        return {
          routingKey: `credits.${amount > 0n ? 'credits_issued' : 'credits_taken'}.${organizationId}`,
          payload: {
            organization: organizationId,
            credit_class: creditClass?.code ?? '',
            class_name: creditClass?.displayName ?? '',
            amount: decimalOf(amount < 0n ? -amount : amount, creditClass?.decimals ?? 0),
            reason: displayName,
            by: booked.by,
          },
        }
      }),
  )
}

async function writeDecided(
  manager: EntityManager,
  { id, displayName, creatorId }: BookingRecord,
  decision: { readonly booked: boolean; readonly by: string; readonly reason: string },
): Promise<void> {
  await writeEvent(manager, {
    routingKey: 'credits.booking_decided.-',
    payload: { booking: id, display_name: displayName, creator: creatorId, ...decision },
  })
}

function hashOf(request: BookingRequest): Buffer {
  const { kind, displayName, reason, evidenceUrls } = request
  const contents =
    'content' in request
      ? [request.fileName, createHash('sha256').update(request.content).digest('hex')]
      : 'rows' in request
        ? request.rows.map((row) => [row.organization, row.creditClass, String(row.amount), row.reference])
        : request.transactionId
  return createHash('sha256')
    .update(JSON.stringify([kind, displayName, reason, evidenceUrls, contents]))
    .digest()
}
