import type { EntityManager } from 'typeorm'
import { type AttachedFileJson, attachedFileJson, attachedFileOf } from '../attachments/index.ts'
import { type Database, rows } from '../sql.ts'
import type { BookedRow, BookingKind, BookingRecord, BookingState, NewBooking } from './booking.ts'

interface BookingTableRow {
  id: string
  kind: BookingKind
  state: BookingState
  display_name: string
  reason: string
  evidence_urls: string[]
  evidence: { display_name: string; file: AttachedFileJson }[]
  file_name: string
  file_sha256: Buffer | null
  row_count: number
  totals: { class: string; amount: string; rows: number }[]
  reversed_transaction: string | null
  creator_id: string
  create_time: Date
  create_position: string
  decider_id: string | null
  decide_time: Date | null
  decision_reason: string
}

/** Where a page ended: create_time as PostgreSQL writes it, and the id. */
export interface BookingCursor {
  readonly createTime: string
  readonly id: string
}

const SELECT = `
  select id, kind, state, display_name, reason, evidence_urls, evidence, file_name, file_sha256, row_count, totals,
    reversed_transaction, creator_id, create_time, create_time::text as create_position, decider_id, decide_time,
    decision_reason
  from credit_bookings`

function bookingOf(row: BookingTableRow): BookingRecord {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    displayName: row.display_name,
    reason: row.reason,
    evidenceUrls: row.evidence_urls,
    evidence: row.evidence.map(({ display_name, file }) => ({
      displayName: display_name,
      file: attachedFileOf(file),
    })),
    fileName: row.file_name,
    fileSha256: row.file_sha256 ?? undefined,
    rowCount: row.row_count,
    totals: row.totals.map((total) => ({
      classCode: total.class,
      amount: BigInt(total.amount),
      rowCount: total.rows,
    })),
    reversedTransaction: row.reversed_transaction ?? undefined,
    creatorId: row.creator_id,
    createTime: row.create_time,
    deciderId: row.decider_id ?? undefined,
    decideTime: row.decide_time ?? undefined,
    decisionReason: row.decision_reason,
  }
}

/** False when the creator's request_id has made one before. */
export async function insertBooking(manager: EntityManager, booking: NewBooking): Promise<boolean> {
  const inserted = await rows<{ id: string }>(
    manager,
    `insert into credit_bookings (id, kind, display_name, reason, evidence_urls, file_name, file_sha256, row_count,
       totals, reversed_transaction, creator_id, request_id, request_hash, evidence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict on constraint credit_bookings_request do nothing
     returning id`,
    [
      booking.id,
      booking.kind,
      booking.displayName,
      booking.reason,
      booking.evidenceUrls,
      booking.fileName,
      booking.fileSha256 ?? null,
      booking.rows.length,
      JSON.stringify(
        booking.totals.map(({ classCode, amount, rowCount }) => ({
          class: classCode,
          amount: String(amount),
          rows: rowCount,
        })),
      ),
      booking.reversedTransaction ?? null,
      booking.creatorId,
      booking.requestId ?? null,
      booking.requestHash,
      JSON.stringify(
        booking.evidence.map(({ displayName, file }) => ({
          display_name: displayName,
          file: attachedFileJson(file),
        })),
      ),
    ],
  )
  if (inserted.length === 0) return false
  await manager.query(
    `insert into credit_booking_rows (booking_id, line, organization_id, class_id, amount, reference)
     select $1, given.* from unnest($2::integer[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[]) as given`,
    [
      booking.id,
      booking.rows.map(({ line }) => line),
      booking.rows.map(({ organizationId }) => organizationId),
      booking.rows.map(({ classId }) => classId),
      booking.rows.map(({ amount }) => String(amount)),
      booking.rows.map(({ reference }) => reference),
    ],
  )
  return true
}

/** The booking that a request_id made, with the hash of what was asked for then. */
export async function findBookingRequest(
  database: Database,
  creatorId: string,
  requestId: string,
): Promise<{ id: string; requestHash: Buffer } | undefined> {
  const [found] = await rows<{ id: string; request_hash: Buffer }>(
    database,
    'select id, request_hash from credit_bookings where creator_id = $1 and request_id = $2',
    [creatorId, requestId],
  )
  return found === undefined ? undefined : { id: found.id, requestHash: found.request_hash }
}

export async function findBooking(database: Database, id: string): Promise<BookingRecord | undefined> {
  const [row] = await rows<BookingTableRow>(database, `${SELECT} where id = $1`, [id])
  return row === undefined ? undefined : bookingOf(row)
}

/** Until the end of the transaction nobody else decides it: who waits finds what was decided. */
export async function lockBooking(manager: EntityManager, id: string): Promise<BookingRecord | undefined> {
  const [row] = await rows<BookingTableRow>(manager, `${SELECT} where id = $1 for no key update`, [id])
  return row === undefined ? undefined : bookingOf(row)
}

/** The latest first; of no state or kind when none is given: all. */
export async function listBookings(
  database: Database,
  query: {
    readonly states: readonly BookingState[]
    readonly kinds: readonly BookingKind[]
    readonly after: BookingCursor | undefined
    readonly limit: number
  },
): Promise<{ booking: BookingRecord; cursor: BookingCursor }[]> {
  const { states, kinds, after, limit } = query
  const found = await rows<BookingTableRow>(
    database,
    `${SELECT} where (create_time, id) < ($1::timestamptz, $2::uuid)
       and (cardinality($3::text[]) = 0 or state = any($3)) and (cardinality($4::text[]) = 0 or kind = any($4))
     order by create_time desc, id desc limit $5`,
    [
      after?.createTime ?? 'infinity',
      after?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
      states,
      kinds,
      limit,
    ],
  )
  return found.map((row) => ({
    booking: bookingOf(row),
    cursor: { createTime: row.create_position, id: row.id },
  }))
}

/** Of one booking by line, those after one. */
export async function listBookingRows(
  database: Database,
  bookingId: string,
  after: number,
  limit: number,
): Promise<BookedRow[]> {
  const found = await rows<{
    line: number
    organization_id: string
    class_id: string
    amount: string
    reference: string
    deficit: string
    transaction_id: string | null
  }>(
    database,
    `select line, organization_id, class_id, amount, reference, deficit, transaction_id
     from credit_booking_rows where booking_id = $1 and line > $2 order by line limit $3`,
    [bookingId, after, limit],
  )
  return found.map((row) => ({
    line: row.line,
    organizationId: row.organization_id,
    classId: row.class_id,
    amount: BigInt(row.amount),
    reference: row.reference,
    deficit: BigInt(row.deficit),
    transactionId: row.transaction_id ?? undefined,
  }))
}

/** Of a booking that is locked and SUBMITTED. */
export async function decideBooking(
  manager: EntityManager,
  id: string,
  decision: { readonly state: BookingState; readonly deciderId: string; readonly reason: string },
): Promise<void> {
  await manager.query(
    `update credit_bookings
     set state = $2, decider_id = $3, decide_time = clock_timestamp(), decision_reason = $4 where id = $1`,
    [id, decision.state, decision.deciderId, decision.reason],
  )
}

/** What became of rows of a booking that is booked. */
export async function recordRows(
  manager: EntityManager,
  bookingId: string,
  booked: readonly Readonly<{ line: number; deficit: bigint; transactionId: string | undefined }>[],
): Promise<void> {
  await manager.query(
    `update credit_booking_rows as changed set deficit = given.deficit, transaction_id = given.transaction_id
     from unnest($2::integer[], $3::bigint[], $4::uuid[]) as given (line, deficit, transaction_id)
     where changed.booking_id = $1 and changed.line = given.line`,
    [
      bookingId,
      booked.map(({ line }) => line),
      booked.map(({ deficit }) => String(deficit)),
      booked.map(({ transactionId }) => transactionId ?? null),
    ],
  )
}
