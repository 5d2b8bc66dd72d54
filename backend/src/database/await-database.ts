import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { databaseProblem } from './database-problem.ts'
import { missingMigrations } from './missing-migrations.ts'

const RETRY_MS = 1_000
const CONNECT_TIMEOUT_MS = 5_000

/** Waits until PostgreSQL takes connections, and says what it waits for. Fails at once on what will not pass. */
export async function awaitDatabase(url: string, log: Logger): Promise<void> {
  await until(url, log, async () => undefined)
}

/** Waits until all migrations of this release are applied, and says what it waits for. */
export async function awaitSchema(url: string, log: Logger): Promise<void> {
  await until(url, log, async (client) => {
    const [next, ...others] = await missingMigrations(async (sql) => (await client.query(sql)).rows)
    if (next === undefined) return undefined
    return `waiting for the migrations of this release: ${next}${others.length === 0 ? '' : ` and ${others.length} more`}. The Job migrate applies them.`
  })
}

/** `look` returns what is still to be waited for. A line is written when that changes. */
async function until(
  url: string,
  log: Logger,
  look: (client: pg.Client) => Promise<string | undefined>,
): Promise<void> {
  for (let told: string | undefined; ; await sleep(RETRY_MS)) {
    const awaited = await once(url, look)
    if (awaited === undefined) return
    if (awaited !== told) log.info(awaited)
    told = awaited
  }
}

async function once(
  url: string,
  look: (client: pg.Client) => Promise<string | undefined>,
): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'fairlead migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  })
  // Whoever waits hears of it from the call that fails.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await look(client)
  } catch (error) {
    const problem = databaseProblem(error, url)
    if (problem?.passing === true) return `waiting: ${problem.sentence}`
    throw error
  } finally {
    await client.end()
  }
}
