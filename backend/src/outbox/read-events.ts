import { type Database, type OutboxEvent, PAYLOAD_MAX_BYTES } from './outbox-event.ts'
import { topicExpression } from './topic-pattern.ts'

export const BATCH = 500
/** Payloads of a batch together, so that what is in memory has a bound. */
const BATCH_MAX_BYTES = 4 * 1024 * 1024
/** Numbers looked at in one statement. */
const LOOKED_AT = 2_000
/** Numbered in one transaction at most. */
const NUMBERED_AT_ONCE = 5_000

/** Numbers what has committed, in the order of commits, and returns the last number. */
export async function numberEvents(database: Database): Promise<number> {
  const [numbered] = await database.query<{ last: string }>(`select number_outbox($1) as last`, [
    NUMBERED_AT_ONCE,
  ])
  return Number(numbered?.last)
}

/** Numbers all that had committed when it was called, and returns the last number. */
export async function numberAllEvents(database: Database): Promise<number> {
  for (let last = await numberEvents(database); ; ) {
    const next = await numberEvents(database)
    if (next < last + NUMBERED_AT_ONCE) return next
    last = next
  }
}

export interface EventRange {
  /** The first is the one after it. */
  readonly after: number
  readonly until: number
  /** Only those that match one; all when undefined. */
  readonly patterns?: readonly string[]
  /** At most; 500 when undefined. */
  readonly limit?: number
  /** Not those that were put aside by the relay or by this queue. */
  readonly notParkedAt?: string
}

interface EventRow {
  event_id: string
  sequence: string
  routing_key: string
  create_time: Date
  traceparent: string | null
  body: string | null
  bytes: number
  /** Of all that one statement looked at. */
  picked: number
}

export interface ReadEvents {
  /** In order. */
  readonly events: readonly OutboxEvent[]
  /** There is nothing more of the range up to this one. */
  readonly passed: number
}

/**
 * The first events of a range that were numbered. None does not mean that there are none behind `passed`: few numbers
 * are looked at in one call, so that it takes the same time however many wait.
 */
export async function readEvents(database: Database, range: EventRange): Promise<ReadEvents> {
  const until = Math.min(range.until, range.after + LOOKED_AT)
  if (until <= range.after) return { events: [], passed: range.after }
  const limit = range.limit ?? BATCH
  const values: unknown[] = [range.after, until]
  let conditions = ''
  if (range.patterns !== undefined) {
    values.push(range.patterns.map(topicExpression))
    conditions += ` and routing_key ~ any ($${values.length}::text[])`
  }
  if (range.notParkedAt !== undefined) {
    values.push(range.notParkedAt)
    conditions += ` and not exists (
      select from parked_events
      where parked_events.sequence = outbox.sequence and parked_at in ('RELAY', $${values.length}))`
  }
  const found = await database.query<EventRow>(
    `with picked as materialized (
       select coalesce(replays_id, id) as event_id, sequence, routing_key, create_time, traceparent, payload
       from outbox where sequence > $1 and sequence <= $2${conditions}
       order by sequence limit ${limit}
     ), texts as materialized (
       -- Not before: it costs the most, and a sort would pay it for what the limit leaves out.
       select event_id, sequence, routing_key, create_time, traceparent, payload::text as body from picked
     ), sized as (
       select *, octet_length(body) as bytes, count(*) over ()::int as picked,
         sum(octet_length(body)) over (order by sequence) - octet_length(body) as bytes_before
       from texts
     )
     select event_id, sequence, routing_key, create_time, traceparent, bytes, picked,
       case when bytes <= ${PAYLOAD_MAX_BYTES} then body end as body
     from sized where bytes_before < ${BATCH_MAX_BYTES} order by sequence`,
    values,
  )
  const events = found.map(outboxEventOf)
  const picked = found[0]?.picked ?? 0
  const isAll = picked < limit && picked === found.length
  return { events, passed: isAll ? until : (events.at(-1)?.sequence ?? until) }
}

function outboxEventOf(row: EventRow): OutboxEvent {
  return {
    eventId: row.event_id,
    sequence: Number(row.sequence),
    routingKey: row.routing_key,
    createTime: row.create_time,
    payload: row.body ?? undefined,
    payloadBytes: row.bytes,
    traceparent: row.traceparent ?? undefined,
  }
}
