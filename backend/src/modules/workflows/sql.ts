import type { DataSource, EntityManager } from 'typeorm'

/** What SQL can be sent through: the pool, or one transaction. */
export type Database = Pick<DataSource | EntityManager, 'query'>

/** Rows of a statement. TypeORM answers UPDATE and DELETE with [rows, count], others with rows. */
export async function rows<Row>(database: Database, sql: string, values: readonly unknown[]): Promise<Row[]> {
  const answer: unknown = await database.query(sql, [...values])
  if (!Array.isArray(answer)) return []
  const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
  return (isPair ? answer[0] : answer) as Row[]
}
