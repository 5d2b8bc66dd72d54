import type { BusQueue } from '../ports/bus.ts'
import type { Database } from './outbox-event.ts'
import { declaredQueues, RELAY } from './outbox-readers.ts'
import { topicExpression } from './topic-pattern.ts'
import { queries, type TypeormDatabase } from './typeorm-database.ts'

export type BusKind = 'POSTGRES' | 'RABBITMQ'

export interface OutboxStatus {
  /** What carries events; undefined before the first worker reported. */
  readonly bus: BusKind | undefined
  /** Whether a worker could reach it within the last 30 s. */
  readonly connected: boolean
  /** Why not, as a worker saw it last; empty when connected. */
  readonly problem: string
  /** Committed and not sent on. */
  readonly waitingEvents: number
  /** Of the first of them. */
  readonly oldestEventTime: Date | undefined
  /** Sent on and not handled. */
  readonly unhandledEvents: number
  readonly parkedEvents: number
}

const REPORT_VALID_S = 30

export async function readOutboxStatus(from: TypeormDatabase): Promise<OutboxStatus> {
  const database = queries(from)
  const [report] = await database.query<{
    bus: BusKind
    connected: boolean
    problem: string
    is_valid: boolean
  }>(
    `select * from (
       select bus, connected, problem, report_time,
         report_time > now() - interval '${REPORT_VALID_S} s' as is_valid
       from bus_reports
     ) as reports
     order by is_valid desc, is_valid and connected desc, report_time desc limit 1`,
  )
  const [head] = await database.query<{ sent: string; parked: number }>(
    `select coalesce((select position from outbox_readers where name = '${RELAY}'), last_sequence) as sent,
       (select count(*)::int from parked_events where state = 'PARKED') as parked
     from outbox_head`,
  )
  const sent = Number(head?.sent)
  const [waiting] = await database.query<{ waiting: number; oldest: Date | null }>(
    `with waiting as (
       (select create_time from outbox where sequence > $1)
       union all
       (select create_time from outbox where sequence is null)
     )
     select count(*)::int as waiting, min(create_time) as oldest from waiting`,
    [sent],
  )
  const connected = report?.is_valid === true && report.connected
  return {
    bus: report?.bus,
    connected,
    problem: connected ? '' : problemOf(report),
    waitingEvents: waiting?.waiting ?? 0,
    oldestEventTime: waiting?.oldest ?? undefined,
    unhandledEvents: await countAllUnhandled(database),
    parkedEvents: head?.parked ?? 0,
  }
}

function problemOf(report: { readonly is_valid: boolean; readonly problem: string } | undefined): string {
  return report?.is_valid === true ? report.problem : `No worker has reported for ${REPORT_VALID_S} s.`
}

async function countAllUnhandled(database: Database): Promise<number> {
  let unhandled = 0
  for (const queue of await declaredQueues(database)) unhandled += await countUnhandled(database, queue)
  return unhandled
}

/** What is more is not counted on. */
const COUNT_MAX = 100_000

/** Of the queue's events that were sent on, how many were not handled yet. */
export async function countUnhandled(database: Database, queue: BusQueue): Promise<number> {
  const [counted] = await database.query<{ events: number }>(
    `select count(*)::int as events from (
       select from outbox
       where sequence > (select position from outbox_readers where name = $1)
         and sequence <= (select coalesce(
           (select position from outbox_readers where kind = 'RELAY'), last_sequence) from outbox_head)
         and routing_key ~ any ($2::text[])
       limit ${COUNT_MAX}
     ) as unhandled`,
    [queue.name, queue.patterns.map(topicExpression)],
  )
  return counted?.events ?? 0
}
