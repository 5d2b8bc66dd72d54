import type { Database } from './outbox-event.ts'
import { numberAllEvents } from './read-events.ts'

const BATCH = 5_000

/** Removes events of more than a day ago that every reader is done with. Returns how many. */
export async function pruneOutbox(database: Database): Promise<number> {
  // Without a reader nobody else numbers them.
  await numberAllEvents(database)
  for (let removed = 0; ; ) {
    const gone = await database.query(
      `delete from outbox where sequence in (
         select sequence from (
           select sequence, create_time from outbox
           where sequence <= coalesce((select min(position) from outbox_readers),
             (select last_sequence from outbox_head))
           order by sequence limit ${BATCH}
         ) as oldest
         where create_time < now() - interval '1 day'
       ) returning 1`,
    )
    removed += gone.length
    if (gone.length < BATCH) return removed
  }
}

/** Removes parked events that were settled long ago, and reports of workers that are gone. */
export async function pruneRecords(database: Database): Promise<void> {
  await database.query(
    `delete from parked_events where state <> 'PARKED' and settle_time < now() - interval '90 days'`,
  )
  await database.query(`delete from bus_reports where report_time < now() - interval '1 hour'`)
}
