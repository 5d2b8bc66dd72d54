import type { BusQueue } from '../ports/bus.ts'
import type { Database } from './outbox-event.ts'
import { numberAllEvents } from './read-events.ts'
import { queries, type TypeormDatabase } from './typeorm-database.ts'

/** The reader that sends to the message broker. */
export const RELAY = 'RELAY'

/** Another reader has taken over, or the reader was removed: its position is not ours to move. */
class LostPosition extends Error {
  override readonly name = 'LostPosition'
}

/** From its first declaration on, what matches is kept for the queue. */
export async function declareQueue(database: Database, queue: BusQueue): Promise<void> {
  const known = await database.query(
    `update outbox_readers set patterns = $2 where name = $1 and kind = 'QUEUE' returning 1`,
    [queue.name, queue.patterns],
  )
  if (known.length === 0) await insertQueue(database, queue)
}

/** As declareQueue(), and leaves one that is declared as it is: for those who write events and consume none. */
export async function keepForQueue(from: TypeormDatabase, queue: BusQueue): Promise<void> {
  const database = queries(from)
  const known = await database.query(`select 1 from outbox_readers where name = $1`, [queue.name])
  if (known.length === 0) await insertQueue(database, queue)
}

async function insertQueue(database: Database, queue: BusQueue): Promise<void> {
  const last = await numberAllEvents(database)
  await database.query(
    `insert into outbox_readers (name, kind, patterns, position) values ($1, 'QUEUE', $2, $3)
     on conflict (name) do nothing`,
    [queue.name, queue.patterns, last],
  )
}

/** The relay begins where the queue is that is furthest behind: what they have already they tell by its number. */
export async function declareRelay(database: Database): Promise<void> {
  await database.query(
    `insert into outbox_readers (name, kind, patterns, position)
     select '${RELAY}', 'RELAY', '{}',
       coalesce((select min(position) from outbox_readers where kind = 'QUEUE'), last_sequence)
     from outbox_head
     on conflict (name) do nothing`,
  )
}

/** Once no broker is used any more, what it has not got must not be kept for it. */
export async function removeRelay(database: Database): Promise<void> {
  await database.query(`delete from outbox_readers where kind = 'RELAY'`)
}

/** As removeRelay(), where a worker that still used the broker declared it once more, and is gone. */
export async function removeAbandonedRelay(database: Database): Promise<void> {
  await database.query(
    `delete from outbox_readers where kind = 'RELAY' and not exists (
       select from bus_reports where bus = 'RABBITMQ' and report_time > now() - interval '30 s')`,
  )
}

export async function declaredQueues(database: Database): Promise<BusQueue[]> {
  return database.query<{ name: string; patterns: string[] }>(
    `select name, patterns from outbox_readers where kind = 'QUEUE' order by name`,
  )
}

/** Undefined before a relay was ever begun. */
export async function findRelayPosition(database: Database): Promise<number | undefined> {
  const [relay] = await database.query<{ position: string }>(
    `select position from outbox_readers where name = '${RELAY}'`,
  )
  return relay === undefined ? undefined : Number(relay.position)
}

/** Of the events that are numbered. */
export async function readLastSequence(database: Database): Promise<number> {
  const [head] = await database.query<{ last_sequence: string }>('select last_sequence from outbox_head')
  return Number(head?.last_sequence)
}

export async function readPosition(database: Database, name: string): Promise<number> {
  const [reader] = await database.query<{ position: string }>(
    `select position from outbox_readers where name = $1`,
    [name],
  )
  if (reader === undefined) throw new LostPosition(`the reader ${name} of the outbox is not declared`)
  return Number(reader.position)
}

/** By compare-and-set, so that of two readers who both believe to be the only one, one notices. */
export async function movePosition(
  database: Database,
  name: string,
  from: number,
  to: number,
): Promise<void> {
  const moved = await database.query(
    `update outbox_readers set position = $3 where name = $1 and position = $2 returning 1`,
    [name, from, to],
  )
  if (moved.length === 0) throw new LostPosition(`the reader ${name} of the outbox is no longer at ${from}`)
}
