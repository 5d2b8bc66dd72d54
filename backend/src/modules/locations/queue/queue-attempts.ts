import { type Database, rows } from '../sql.ts'

/** Counts that a batch is begun alone; answers how often that makes, whatever became of the processes. */
export async function beginAttempt(database: Database, messageId: string): Promise<number> {
  const [row] = await rows<{ attempts: number }>(
    database,
    `insert into fix_queue_attempts (message_id, attempts) values ($1, 1)
     on conflict (message_id) do update
     set attempts = fix_queue_attempts.attempts + 1, time = clock_timestamp()
     returning attempts`,
    [messageId],
  )
  return row?.attempts ?? 1
}

export async function endAttempts(database: Database, messageId: string): Promise<void> {
  await rows(database, 'delete from fix_queue_attempts where message_id = $1', [messageId])
}

/** Of batches that another worker dealt with, or nobody any more. */
export async function forgetOldAttempts(database: Database): Promise<void> {
  await rows(database, `delete from fix_queue_attempts where time < clock_timestamp() - interval '1 day'`, [])
}
