import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { rows } from '../sql.ts'
import type { WorkerPart } from '../worker-part.ts'

/** Notifications that are kept no longer. */
const KEPT_DAYS = 365
const AT_ONCE = 1_000
const INTERVAL_MS = 3_600_000
/** Between one part and the next, so that inboxes and the disk are there for others. */
const PAUSE_MS = 50

/**
 * Removes the oldest of the notifications of more than a year ago. What is left of an inbox is its end, as times
 * rise with the sequences; its last sequence stays, and what was unread is no longer counted.
 *
 * @returns how many
 */
export async function removeOldNotifications(dataSource: DataSource, limit = AT_ONCE): Promise<number> {
  return inTransaction(dataSource, async (transaction) => {
    const old = await rows<{ user_id: string; sequence: string }>(
      transaction,
      `select user_id, sequence from notifications where create_time < now() - $1 * interval '1 day'
       order by create_time, user_id, sequence limit $2`,
      [KEPT_DAYS, limit],
    )
    if (old.length === 0) return 0
    const userIds = [...new Set(old.map((row) => row.user_id))]
    await rows(
      transaction,
      'select from inboxes where user_id = any($1::uuid[]) order by user_id for update',
      [userIds],
    )
    const [removed] = await rows<{ count: number }>(
      transaction,
      `with removed as (
         delete from notifications using unnest($1::uuid[], $2::bigint[]) as old (user_id, sequence)
         where notifications.user_id = old.user_id and notifications.sequence = old.sequence
         returning notifications.user_id, read_time
       ), counted as (
         update inboxes set unread_count = unread_count - unread.count
         from (
           select user_id, count(*)::int as count from removed where read_time is null group by user_id
         ) as unread
         where inboxes.user_id = unread.user_id
       )
       select count(*)::int as count from removed`,
      [old.map((row) => row.user_id), old.map((row) => row.sequence)],
    )
    return removed?.count ?? 0
  })
}

/** Removes old notifications once an hour; any number of them beside one another. */
export function createRetention(options: {
  readonly dataSource: DataSource
  readonly log: Logger
}): WorkerPart {
  const { dataSource, log } = options
  const stopped = new AbortController()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await sweep().catch((error) => log.warn({ err: error }, 'old notifications were not removed'))
      await pause(INTERVAL_MS)
    }
  }

  async function sweep(): Promise<void> {
    let count = 0
    while (!stopped.signal.aborted) {
      const removed = await removeOldNotifications(dataSource)
      count += removed
      if (removed === 0) break
      await pause(PAUSE_MS)
    }
    if (count > 0) log.info({ count }, 'old notifications were removed')
  }

  const pause = (ms: number) =>
    setTimeout(ms, undefined, { signal: stopped.signal }).catch(() => {
      // Aborted: the loop that waits sees it.
    })

  return {
    async start() {
      running = run()
    },
    async stop() {
      stopped.abort()
      await running
    },
    healthy: () => true,
  }
}
