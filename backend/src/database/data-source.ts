import pg from 'pg'
import type { DataSource, EntitySchema } from 'typeorm'
import { PreparedDataSource } from './prepared-data-source.ts'

export interface DataSourceOptions {
  readonly entities?: readonly EntitySchema[]
  /** Names the process in pg_stat_activity. */
  readonly applicationName?: string
  /** Connections at most; each busy one is a PostgreSQL process. Default 10. */
  readonly poolSize?: number
  /** A statement that runs longer is cancelled by the server. Default 30 s; 0 switches it off. */
  readonly statementTimeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 10_000

/**
 * Whoever uses a connection hears of its loss from the query that fails, and the pool while nobody does. On the
 * way from one to the other nobody listens, and an error that nobody hears ends the process.
 */
class HeardClient extends pg.Client {
  constructor(...given: ConstructorParameters<typeof pg.Client>) {
    super(...given)
    this.on('error', () => undefined)
  }
}

/**
 * A TypeORM data source that is not connected yet: `await createDataSource(url).initialize()`.
 *
 * What pg returns: timestamptz as Date (milliseconds; for a keyset read the column `::text`, which keeps the
 * microseconds), int8 as string (BigInt(row.column)).
 * The schema is made by migrations alone, never synchronised from entities.
 */
export function createDataSource(url: string, options: DataSourceOptions = {}): DataSource {
  return new PreparedDataSource({
    type: 'postgres',
    url,
    entities: [...(options.entities ?? [])],
    applicationName: options.applicationName ?? 'fairlead',
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    synchronize: false,
    logging: false,
    extra: {
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      keepAlive: true,
      Client: HeardClient,
      idleTimeoutMillis: 60_000,
    },
  })
}
