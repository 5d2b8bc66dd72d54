import type { DataSource } from 'typeorm'

/** What is searched for in the whole database. */
export interface Traces {
  /** In whatever column, in whatever case, also as a part of it. */
  readonly texts: readonly string[]
  /** In columns of that name, and in arrays named so in the plural. */
  readonly numbers: Readonly<Record<'person_no' | 'device_no', readonly number[]>>
}

/** Every row of every table, partitions included, that has a trace: "table: row". */
export async function tracesOf(dataSource: DataSource, { texts, numbers }: Traces): Promise<string[]> {
  const tables: { name: string; columns: string[] }[] = await dataSource.query(
    `select c.oid::regclass::text as name, array_agg(a.attname::text) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
       and n.nspname !~ '^pg_(toast|temp)'
     group by c.oid order by 1`,
  )
  const found: string[] = []
  for (const { name, columns } of tables) {
    const conditions = ['to_jsonb(t)::text ilike any ($1)']
    const values: unknown[] = [texts.map((text) => `%${text}%`)]
    for (const [column, searched] of Object.entries(numbers)) {
      if (columns.includes(column)) conditions.push(`t.${column} = any ($${values.push(searched)}::int4[])`)
      if (columns.includes(`${column}s`)) {
        conditions.push(`t.${column}s && $${values.push(searched)}::int4[]`)
      }
    }
    const rows: { row: string }[] = await dataSource.query(
      `select to_jsonb(t)::text as row from ${name} t where ${conditions.join(' or ')}`,
      values,
    )
    found.push(...rows.map(({ row }) => `${name}: ${row}`))
  }
  return found
}
