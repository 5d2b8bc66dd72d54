import type { DataSource, EntityManager } from 'typeorm'

/** Fills a table without the checks of foreign keys, and with its indices made at the end, as a restored dump has them. */
export async function makeQuickly(
  dataSource: DataSource,
  table: string,
  make: (database: EntityManager) => Promise<void>,
): Promise<void> {
  await dataSource.transaction(async (database) => {
    const indices: { name: string; definition: string }[] = await database.query(
      `select indexname as name, indexdef as definition from pg_indexes
       where schemaname = 'public' and tablename = $1
         and indexname not in (select conname from pg_constraint)`,
      [table],
    )
    await database.query(`set local session_replication_role = replica`)
    await database.query(`set local maintenance_work_mem = '256MB'`)
    for (const { name } of indices) await database.query(`drop index ${name}`)
    await make(database)
    for (const { definition } of indices) await database.query(definition)
  })
}
