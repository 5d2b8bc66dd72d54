// npm run migrate: brings the database to this release. A deploy step, never run by the servers themselves.
//   --await-database  waits for PostgreSQL first
//   --await-schema    migrates nothing: waits until someone else has
import { parseArgs } from 'node:util'
import { awaitDatabase, awaitSchema } from './database/await-database.ts'
import { databaseProblem } from './database/index.ts'
import { MigrationError, migrate } from './database/migrate.ts'
import { createLog } from './log.ts'
import { preparePostgis } from './modules/locations/index.ts'
import { type DatabaseSettings, databaseSettings } from './settings.ts'
import { settingsOrSay } from './settings-or-say.ts'

const { values } = parseArgs({
  options: { 'await-database': { type: 'boolean' }, 'await-schema': { type: 'boolean' } },
})
const settings = settingsOrSay('migration', databaseSettings)
if (settings !== undefined) await run(settings)

async function run({ databaseUrl, logLevel, locationsEngine }: DatabaseSettings): Promise<void> {
  const log = createLog({ name: 'migrate', level: logLevel })
  try {
    if (values['await-schema'] === true) {
      await awaitSchema(databaseUrl, log)
      log.info('the database has the migrations of this release')
      return
    }
    if (values['await-database'] === true) await awaitDatabase(databaseUrl, log)
    const applied = await migrate(databaseUrl)
    if (locationsEngine === 'postgis') await preparePostgis(databaseUrl)
    log.info({ applied }, applied.length === 0 ? 'the database is up to date' : 'the database is migrated')
  } catch (error) {
    const problem = error instanceof MigrationError ? undefined : databaseProblem(error, databaseUrl)
    if (problem === undefined) log.fatal({ err: error }, `the database is not migrated: ${messageOf(error)}`)
    else log.fatal(`the database is not migrated: ${problem.sentence}`)
    process.exitCode = 1
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
}
