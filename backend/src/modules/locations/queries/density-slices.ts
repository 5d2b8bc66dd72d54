import type { ReadSession, Span } from '../connections/index.ts'

const DAY_MS = 86_400_000
/** Of the index of places: a part of one costs as much as all of it. */
const BUCKET_MS = 300_000
/** Rows that one statement goes through within seconds. */
const SLICE_FIXES = 4_000_000

/**
 * The stretches of a window in which there can be fixes, each for one statement: days, and parts of those that have
 * many. How many a day has is told by the statistics of its partition, of all organisations.
 */
export async function densitySlices(session: ReadSession, window: Span): Promise<Span[]> {
  const days = await session.rows<{ day: string; fixes: number }>(
    `select to_date(right(relname, 8), 'YYYYMMDD')::text as day, greatest(reltuples, 0)::float8 as fixes
     from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'fixes'::regclass and relname ~ '^fixes_[0-9]{8}$' order by day`,
    [],
  )
  return days.flatMap(({ day, fixes }) => slicesOf(Date.parse(`${day}T00:00:00Z`), fixes, window))
}

/** @param fixes of the day that begins at this time */
export function slicesOf(dayMs: number, fixes: number, window: Span): Span[] {
  const count = Math.min(DAY_MS / BUCKET_MS, Math.max(1, Math.ceil(fixes / SLICE_FIXES)))
  const lengthMs = Math.ceil(DAY_MS / count / BUCKET_MS) * BUCKET_MS
  const slices: Span[] = []
  for (let fromMs = dayMs; fromMs < dayMs + DAY_MS; fromMs += lengthMs) {
    const startMs = Math.max(fromMs, window.startMs)
    const endMs = Math.min(fromMs + lengthMs, dayMs + DAY_MS, window.endMs)
    if (startMs < endMs) slices.push({ startMs, endMs })
  }
  return slices
}
