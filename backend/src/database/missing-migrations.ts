import { migrations } from '../../../migrations/index.ts'
import { sqlState } from './sql-error.ts'

const UNDEFINED_TABLE = '42P01'

/** Names of this release's migrations that a database does not have yet, in their order. */
export async function missingMigrations(
  query: (sql: string) => Promise<{ readonly name: string }[]>,
): Promise<string[]> {
  const applied = await query('select name from migrations').catch((error) => {
    // Not one was ever applied.
    if (sqlState(error) === UNDEFINED_TABLE) return []
    throw error
  })
  const names = new Set(applied.map(({ name }) => name))
  return migrations.map((Migration) => new Migration().name).filter((name) => !names.has(name))
}
