import type { Pool, PoolClient } from 'pg'
import type { DataSource } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'
import { type Database, rows } from '../sql.ts'

/** Statements of one snapshot. */
export interface ReadSession {
  rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]>
}

/**
 * Planned with these very values: which days and how many keys there are decides. A plan of a thousand look-ups by
 * index seems expensive enough to be compiled, which takes longer than it.
 */
const BEGIN = `begin isolation level repeatable read read only; set local jit = off; set local max_parallel_workers_per_gather = 0`

/** Runs the work with one connection, in one transaction that writes nothing. */
export async function inReadSession<Result>(
  dataSource: DataSource,
  work: (session: ReadSession) => Promise<Result>,
): Promise<Result> {
  const pool: Pool = (dataSource.driver as PostgresDriver).master
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query(BEGIN)
    const result = await work(sessionOf(client))
    await client.query('commit')
    return result
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A connection in an unknown state is closed rather than used again.
    client.release(failure)
  }
}

function sessionOf(client: PoolClient): ReadSession {
  const database: Database = {
    query: async (text: string, values: unknown[]) => (await client.query(text, values)).rows,
  } as Database
  return { rows: (text, values) => rows(database, text, values) }
}
