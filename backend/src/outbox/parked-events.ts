import { v7 as newId } from 'uuid'
import type { Database, OutboxEvent, Refusal } from './outbox-event.ts'
import type { TypeormDatabase } from './typeorm-database.ts'
import { queries } from './typeorm-database.ts'

export type ParkedEventState = 'PARKED' | 'RETRIED' | 'DISCARDED'

/** An event that could not be sent or handled, put aside so that others go on. */
export interface ParkedEvent {
  readonly id: string
  readonly routingKey: string
  /** RELAY, or the name of the queue. */
  readonly parkedAt: string
  /** Stable, such as TOO_LARGE. */
  readonly reason: string
  readonly message: string
  /** Undefined when it did not come from the outbox. */
  readonly createTime: Date | undefined
  readonly parkTime: Date
  /** With microseconds, for going on after it. */
  readonly parkTimeText: string
  /** JSON. */
  readonly payload: string
  readonly state: ParkedEventState
}

/** What is known of an event that is put aside. */
export interface Unsendable {
  readonly eventId: string
  /** Undefined when it did not come from the outbox. */
  readonly sequence: number | undefined
  readonly routingKey: string
  /** JSON; undefined for what is to be taken from the outbox. */
  readonly payload: string | undefined
  readonly createTime: Date | undefined
}

interface ParkedEventRow {
  id: string
  routing_key: string
  parked_at: string
  reason: string
  message: string
  create_time: Date | null
  park_time: Date
  park_time_text: string
  payload: string
  state: ParkedEventState
}

const columns = `id, routing_key, parked_at, reason, message, create_time, park_time,
  park_time::text as park_time_text, payload, state`

/** Once; a second time changes nothing. */
export async function parkEvent(
  database: Database,
  parkedAt: string,
  event: Unsendable | OutboxEvent,
  refusal: Refusal,
): Promise<void> {
  await database.query(
    `insert into parked_events
       (id, event_id, sequence, routing_key, payload, create_time, parked_at, reason, message)
     values ($1, $2, $3, $4,
       coalesce($5, (select payload::text from outbox where outbox.sequence = $3), 'null'), $6, $7, $8, $9)
     on conflict (sequence, parked_at) do nothing`,
    [
      newId(),
      event.eventId,
      event.sequence ?? null,
      event.routingKey,
      event.payload ?? null,
      event.createTime ?? null,
      parkedAt,
      refusal.reason,
      refusal.message,
    ],
  )
}

export interface ParkedEventsQuery {
  /** Also those that were retried or discarded. */
  readonly showSettled: boolean
  readonly limit: number
  /** Only those behind this one. */
  readonly before?: { readonly parkTime: string; readonly id: string }
}

/** The latest first. */
export async function listParkedEvents(
  database: TypeormDatabase,
  query: ParkedEventsQuery,
): Promise<ParkedEvent[]> {
  const found = await queries(database).query<ParkedEventRow>(
    `select ${columns} from parked_events
     where ($1 or state = 'PARKED')
       and ($2::timestamptz is null or (park_time, id) < ($2::timestamptz, $3::uuid))
     order by parked_events.park_time desc, parked_events.id desc limit $4`,
    [query.showSettled, query.before?.parkTime ?? null, query.before?.id ?? null, query.limit],
  )
  return found.map(parkedEventOf)
}

/** Writes the event to the outbox once more: with the id of the first, by which who has it already can tell. */
export async function retryParkedEvent(
  transaction: TypeormDatabase,
  id: string,
  userId: string,
): Promise<ParkedEvent | 'NOT_FOUND' | 'SETTLED'> {
  const settled = await settle(transaction, id, userId, 'RETRIED')
  if (typeof settled === 'string') return settled
  await queries(transaction).query(
    `insert into outbox (routing_key, payload, replays_id)
     select routing_key, payload::jsonb, case when sequence is not null then event_id::bigint end
     from parked_events where id = $1`,
    [id],
  )
  return settled
}

/** Gives the event up. */
export function discardParkedEvent(
  transaction: TypeormDatabase,
  id: string,
  userId: string,
): Promise<ParkedEvent | 'NOT_FOUND' | 'SETTLED'> {
  return settle(transaction, id, userId, 'DISCARDED')
}

async function settle(
  transaction: TypeormDatabase,
  id: string,
  userId: string,
  state: ParkedEventState,
): Promise<ParkedEvent | 'NOT_FOUND' | 'SETTLED'> {
  const database = queries(transaction)
  const [row] = await database.query<ParkedEventRow>(
    `update parked_events set state = $2, settle_time = now(), settled_by = $3
     where id = $1 and state = 'PARKED' returning ${columns}`,
    [id, state, userId],
  )
  if (row !== undefined) return parkedEventOf(row)
  const known = await database.query(`select from parked_events where id = $1`, [id])
  return known.length === 0 ? 'NOT_FOUND' : 'SETTLED'
}

function parkedEventOf(row: ParkedEventRow): ParkedEvent {
  return {
    id: row.id,
    routingKey: row.routing_key,
    parkedAt: row.parked_at,
    reason: row.reason,
    message: row.message,
    createTime: row.create_time ?? undefined,
    parkTime: row.park_time,
    parkTimeText: row.park_time_text,
    payload: row.payload,
    state: row.state,
  }
}
