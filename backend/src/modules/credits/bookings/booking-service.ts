import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction, sqlState } from '../../../database/index.ts'
import type { IdentityService } from '../../identity/index.ts'
import {
  type AttachableFiles,
  type AttachmentAddress,
  fileToAttach,
  keepFiles,
  signAttached,
} from '../attachments/index.ts'
import { bookRows } from './book-rows.ts'
import {
  type BookingKind,
  type BookingRecord,
  type BookingState,
  type Evidence,
  type NewBooking,
  ROWS_MAX,
} from './booking.ts'
import {
  type BookingRequest,
  checkFile,
  contentsOf,
  type RowBookingKind,
  requestHashOf,
} from './booking-contents.ts'
import {
  bookingDecided,
  bookingNotFound,
  othersBooking,
  ownBooking,
  requestIdReused,
  reversalRefused,
} from './booking-errors.ts'
import { writeDecided, writeSubmitted } from './booking-events.ts'
import {
  type BookingCursor,
  decideBooking,
  findBooking,
  findBookingRequest,
  insertBooking,
  listBookingRows,
  listBookings,
  lockBooking,
} from './booking-store.ts'
import type { CheckedRows } from './check-rows.ts'
import { type PlacedBooking, type PlacedRow, placeBookings, placeRows } from './place-bookings.ts'

export interface BookingServiceOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<
    IdentityService,
    'organizationsBySlugs' | 'organizationsByIds' | 'operatorOrganization' | 'displayNames' | 'permissionsOf'
  >
  /** Without them, none can be evidence. */
  readonly files?: AttachableFiles | undefined
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
    const { checked, rowCount } = await checkFile(this.#options, kind, content)
    const shown = checked.rows
      .slice(0, SHOWN_MAX)
      .map((row) => ({ ...row, deficit: 0n, transactionId: undefined }))
    return { checked, rowCount, placed: await placeRows(this.#options, shown, true) }
  }

  /** Draws a booking up. A repeat gives the first answer. */
  async create(creatorId: string, request: BookingRequest): Promise<PlacedBooking> {
    const { dataSource } = this.#options
    const { requestId } = request
    const requestHash = requestHashOf(request)
    // Before its rows are looked at: of a repeat they may be wrong by now.
    const earlier = await this.#earlier(dataSource, creatorId, requestId, requestHash)
    if (earlier !== undefined) return this.get(creatorId, earlier)

    const contents = await contentsOf(this.#options, request)
    const { kind, displayName, reason, evidenceUrls } = request
    const evidence = await this.#evidenceOf(request.evidenceFiles)
    const booking: NewBooking = {
      id: v7(),
      kind,
      displayName,
      reason,
      evidenceUrls,
      evidence,
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
    const [placed] = found === undefined ? [] : await placeBookings(this.#options, callerId, [found])
    if (placed === undefined) throw bookingNotFound()
    return placed
  }

  /** Where to fetch the file from that is evidence at a place. */
  async evidenceAddress(callerId: string, id: string, place: number): Promise<AttachmentAddress> {
    const booking = await findBooking(this.#options.dataSource, id)
    if (booking === undefined) throw bookingNotFound()
    return signAttached(this.#options.files, booking.evidence[place]?.file, callerId)
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
      bookings: await placeBookings(
        this.#options,
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
      rows: await placeRows(this.#options, page, booking.state === 'SUBMITTED'),
      next: found.length > pageSize ? page.at(-1)?.line : undefined,
    }
  }

  /** Books all rows, or none. */
  async approve(callerId: string, id: string): Promise<PlacedBooking> {
    const { dataSource, identity } = this.#options
    const operator = await this.#operatorId()
    await inTransaction(dataSource, async (manager) => {
      const booking = await this.#lockForDecision(manager, id, callerId, 'BOOKED')
      if (booking === undefined) return
      const rows = await listBookingRows(manager, id, 0, ROWS_MAX)
      await bookRows(manager, identity, booking, { rows, deciderId: callerId })
      await decideBooking(manager, id, { state: 'BOOKED', deciderId: callerId, reason: '' })
      await writeDecided(manager, booking, { booked: true, by: callerId, reason: '', operator })
    })
    return this.get(callerId, id)
  }

  async decline(callerId: string, id: string, reason: string): Promise<PlacedBooking> {
    const operator = await this.#operatorId()
    await inTransaction(this.#options.dataSource, async (manager) => {
      const booking = await this.#lockForDecision(manager, id, callerId, 'DECLINED')
      if (booking === undefined) return
      await decideBooking(manager, id, { state: 'DECLINED', deciderId: callerId, reason })
      await writeDecided(manager, booking, { booked: false, by: callerId, reason, operator })
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

  async #evidenceOf(names: readonly string[]): Promise<Evidence[]> {
    const operator = await this.#options.identity.operatorOrganization()
    const evidence: Evidence[] = []
    for (const [index, name] of names.entries()) {
      const file = await fileToAttach(this.#options.files, operator, name, `evidence_files[${index}]`)
      evidence.push({ displayName: file.displayName, file })
    }
    return evidence
  }

  async #operatorId(): Promise<string> {
    const operator = await this.#options.identity.operatorOrganization()
    if (operator === undefined) throw new Error('a booking is decided and there is no operator')
    return operator.id
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
        const attached = booking.evidence.map(({ file }) => file)
        await keepFiles(manager, attached, `bookings/${booking.id}`)
        await writeSubmitted(manager, booking)
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
}

const UNIQUE_VIOLATION = '23505'
