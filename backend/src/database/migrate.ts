import { Logger, runMigrations as migrateQueue } from 'graphile-worker'
import { DataSource } from 'typeorm'
import { migrations } from '../../../migrations/index.ts'

/** Any number, the same in every release: two deploys must not migrate at once. */
const MIGRATION_LOCK = 4_771_063

/** Applies what is missing, each migration in its own transaction. Returns the names of those applied. */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    applicationName: 'fairlead migrate',
    installExtensions: false,
  })
  await dataSource.initialize()
  try {
    const lock = dataSource.createQueryRunner()
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      const applied = await dataSource.runMigrations()
      // graphile-worker's own schema, in the version of the package.
      await migrateQueue({ connectionString: url, logger: new Logger(() => () => undefined) })
      return applied.map((migration) => migration.name)
    } finally {
      await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
      await lock.release()
    }
  } finally {
    await dataSource.destroy()
  }
}
