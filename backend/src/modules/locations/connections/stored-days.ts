import type { ReadSession } from './read-session.ts'
import type { Span } from './search-scope.ts'

const DAY_MS = 86_400_000

/** The days of UTC, or parts of them, of a window in which there can be fixes: those that have a partition. */
export async function storedDays(session: ReadSession, window: Span): Promise<Span[]> {
  const parts = await session.rows<{ day: string }>(
    `select to_date(right(relname, 8), 'YYYYMMDD')::text as day from pg_inherits
     join pg_class on pg_class.oid = inhrelid
     where inhparent = 'fixes'::regclass and relname ~ '^fixes_[0-9]{8}$'
     order by day`,
    [],
  )
  return parts
    .map(({ day }) => Date.parse(`${day}T00:00:00Z`))
    .map((dayMs) => ({
      startMs: Math.max(window.startMs, dayMs),
      endMs: Math.min(window.endMs, dayMs + DAY_MS),
    }))
    .filter(({ startMs, endMs }) => startMs < endMs)
}
