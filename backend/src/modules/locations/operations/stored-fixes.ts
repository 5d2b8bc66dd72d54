import { type Database, rows } from '../sql.ts'

export interface StoredFixes {
  /** By PostgreSQL's estimate. */
  readonly count: bigint
  readonly bytes: bigint
  readonly partitions: number
  readonly oldestDay: Date | undefined
  readonly newestDay: Date | undefined
}

interface StoredRow {
  count: string
  bytes: string
  partitions: number
  oldest: string | null
  newest: string | null
}

/** What the partitions of days hold; a partition that is made ahead and empty counts as one, and is no newest day. */
export async function readStoredFixes(database: Database): Promise<StoredFixes> {
  const [row] = await rows<StoredRow>(
    database,
    `select coalesce(sum(live), 0)::text as count, coalesce(sum(bytes), 0)::text as bytes,
       count(*)::int as partitions, min(day) filter (where live > 0) as oldest,
       max(day) filter (where live > 0) as newest
     from (
       select substring(relname from '[0-9]{8}$') as day, pg_total_relation_size(relid) as bytes,
         n_live_tup as live
       from pg_stat_user_tables join pg_inherits on inhrelid = relid
       where inhparent = 'fixes'::regclass
     ) partitions`,
    [],
  )
  return {
    count: BigInt(row?.count ?? 0),
    bytes: BigInt(row?.bytes ?? 0),
    partitions: row?.partitions ?? 0,
    oldestDay: dayOf(row?.oldest),
    newestDay: dayOf(row?.newest),
  }
}

/** Fixes that were ever written to each partition that is there, also by transactions that were then rolled back. */
export async function readWrittenFixes(database: Database): Promise<Map<string, number>> {
  const found = await rows<{ relname: string; written: string }>(
    database,
    `select relname, n_tup_ins::text as written from pg_stat_user_tables join pg_inherits on inhrelid = relid
     where inhparent = 'fixes'::regclass`,
    [],
  )
  return new Map(found.map(({ relname, written }) => [relname, Number(written)]))
}

/** @param digits "20261122" */
function dayOf(digits: string | null | undefined): Date | undefined {
  if (digits === null || digits === undefined) return undefined
  return new Date(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`)
}
