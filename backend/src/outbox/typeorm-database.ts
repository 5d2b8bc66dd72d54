import type { DataSource, EntityManager } from 'typeorm'
import type { Database } from './outbox-event.ts'

export type TypeormDatabase = Pick<DataSource | EntityManager, 'query'>

/** TypeORM answers UPDATE and DELETE with [rows, count], others with rows. */
export function queries(database: TypeormDatabase): Database {
  return {
    async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
      const answer: unknown = await database.query(sql, values)
      if (!Array.isArray(answer)) return []
      const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
      return (isPair ? answer[0] : answer) as Row[]
    },
  }
}
