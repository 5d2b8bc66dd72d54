import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'

/** The header of a batch that is marked. */
const MARK_HEADER = 'mark'

const MARK_EVERY_MS = 1_000
/** After that a mark tells of a queue that was emptied by hand. */
const MARK_VALID = '1 hour'

/** Marks a batch in a while, so that how long batches wait is known. */
export class QueueMarks {
  readonly #database: Database
  #markedMs = Number.NEGATIVE_INFINITY

  constructor(database: Database) {
    this.#database = database
  }

  /** For the headers of the next batch, before it is sent. */
  async next(): Promise<Readonly<Record<string, string>>> {
    const nowMs = performance.now()
    if (nowMs - this.#markedMs < MARK_EVERY_MS) return {}
    this.#markedMs = nowMs
    const id = v7()
    await rows(this.#database, 'insert into fix_queue_marks (id) values ($1)', [id])
    return { [MARK_HEADER]: id }
  }
}

/** When the batch is dealt with, or was not sent after all. */
export async function removeMark(
  database: Database,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const mark = headers[MARK_HEADER]
  if (mark === undefined) return
  await rows(database, 'delete from fix_queue_marks where id::text = $1', [mark])
}

/** Seconds that the oldest batch has waited; 0 when none waits. */
export async function queueLagS(database: Database): Promise<number> {
  const [row] = await rows<{ lag: number | null }>(
    database,
    'select extract(epoch from clock_timestamp() - min(time))::float8 as lag from fix_queue_marks',
    [],
  )
  return Math.max(0, row?.lag ?? 0)
}

/** @param length batches in the queue; undefined while that is not known */
export async function forgetOldMarks(database: Database, length: number | undefined): Promise<void> {
  if (length !== 0) return
  await rows(
    database,
    `delete from fix_queue_marks where time < clock_timestamp() - interval '${MARK_VALID}'`,
    [],
  )
}
