// npm run migrate: brings the database to this release. A deploy step, never run by the servers themselves.

import { migrate } from './database/migrate.ts'
import { createLog } from './log.ts'
import { databaseSettings } from './settings.ts'

const settings = databaseSettings()
const log = createLog({ name: 'migrate', level: settings.logLevel })
const applied = await migrate(settings.databaseUrl)
log.info({ applied }, applied.length === 0 ? 'the database is up to date' : 'the database is migrated')
