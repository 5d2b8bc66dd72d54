import { type Database, rows } from '../sql.ts'

export interface FixPartition {
  /** Of the table that holds it, such as "fixes_20261122". */
  readonly table: string
  /** Days of UTC since 1970. */
  readonly day: number
}

/** Oldest first. */
export function listPartitions(database: Database): Promise<FixPartition[]> {
  return rows<FixPartition>(
    database,
    `select relname as table, to_date(right(relname, 8), 'YYYYMMDD') - date '1970-01-01' as day
     from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'fixes'::regclass order by relname`,
    [],
  )
}

/** Organisations that have fixes in it: one search of the index each, however many fixes there are. */
export async function organizationsIn(database: Database, { table }: FixPartition): Promise<number[]> {
  const found = await rows<{ no: number }>(
    database,
    `with recursive found as (
       (select organization_no as no from ${table} order by organization_no limit 1)
       union all
       select (select organization_no from ${table} where organization_no > found.no
               order by organization_no limit 1)
       from found where found.no is not null
     )
     select no from found where no is not null`,
    [],
  )
  return found.map(({ no }) => no)
}
