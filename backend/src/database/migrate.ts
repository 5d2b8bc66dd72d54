import { Logger, runMigrations as migrateQueue } from 'graphile-worker'
import { DataSource, type Logger as TypeormLogger } from 'typeorm'
import { migrations } from '../../../migrations/index.ts'
import { missingMigrations } from './missing-migrations.ts'

/** Any number, the same in every release: two deploys must not migrate at once. */
const MIGRATION_LOCK = 4_771_063

const nothing = () => undefined
/** What fails is thrown; TypeORM would print it as well. */
const silent: TypeormLogger = {
  log: nothing,
  logMigration: nothing,
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
}

/** A migration failed, and why. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'

  constructor(migration: string, { cause }: { cause: unknown }) {
    super(`${migration} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/**
 * Applies what is missing, each migration in its own transaction. Returns the names of those applied.
 * @throws MigrationError when one fails; those before it stay applied
 */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    applicationName: 'fairlead migrate',
    installExtensions: false,
    logger: silent,
  })
  await dataSource.initialize()
  try {
    const lock = dataSource.createQueryRunner()
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      // graphile-worker's own schema, in the version of the package. First: whoever waits for ours finds both.
      await migrateQueue({ connectionString: url, logger: new Logger(() => () => undefined) })
      const applied = await dataSource.runMigrations().catch(async (cause) => {
        // When the connection is gone, its error says enough.
        const [failed] = await missingMigrations((sql) => lock.query(sql)).catch(() => [])
        throw failed === undefined ? cause : new MigrationError(failed, { cause })
      })
      return applied.map((migration) => migration.name)
    } finally {
      await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
      await lock.release()
    }
  } finally {
    await dataSource.destroy()
  }
}
