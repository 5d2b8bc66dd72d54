// A graphile-worker alone, with a task that does nothing: node bare-worker.ts DATABASE_URL CONCURRENCY
import { Logger, runTaskList } from 'graphile-worker'
import pg from 'pg'

const [connectionString = '', concurrency = '1'] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString, max: Number(concurrency) + 2 })
const workers = runTaskList(
  { concurrency: Number(concurrency), noHandleSignals: true, logger: new Logger(() => () => undefined) },
  { idle: () => undefined },
  pool,
)
process.once('SIGTERM', async () => {
  await workers.gracefulShutdown()
  await pool.end()
  process.disconnect()
})
process.send?.('ready')
