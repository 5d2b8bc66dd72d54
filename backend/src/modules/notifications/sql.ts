import type { DataSource, EntityManager } from 'typeorm'
import { queryPrepared } from '../../database/index.ts'

/** What SQL can be sent through: the pool, or one transaction. */
export type Database = Pick<DataSource | EntityManager, 'query'>

/** Rows of a statement. TypeORM answers UPDATE and DELETE with [rows, count], others with rows. */
export async function rows<Row>(database: Database, sql: string, values: readonly unknown[]): Promise<Row[]> {
  return rowsOf(await database.query(sql, [...values]))
}

/** As rows(), of a statement that is planned once for each connection. */
export async function preparedRows<Row>(
  transaction: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return rowsOf(await queryPrepared(transaction, sql, values))
}

function rowsOf<Row>(answer: unknown): Row[] {
  if (!Array.isArray(answer)) return []
  const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
  return (isPair ? answer[0] : answer) as Row[]
}
