import type { Pool } from 'pg'
import { DataSource, type ObjectLiteral, QueryFailedError, type QueryRunner } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'

/** Statements that get a name. The program's own are fewer; what is beyond is planned each time. */
const NAMED_STATEMENTS_MAX = 500

/**
 * Sends statements with parameters outside of transactions as named prepared ones, straight to the pool: each
 * connection parses and plans a statement once, which is most of what a query by key costs. A proxy that
 * shares connections between transactions must keep prepared statements (PgBouncer >= 1.21 does).
 */
export class PreparedDataSource extends DataSource {
  readonly #names = new Map<string, string>()

  // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own signature
  override async query<Result = any>(
    text: string,
    // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own signature
    parameters?: any[] | ObjectLiteral,
    queryRunner?: QueryRunner,
  ): Promise<Result> {
    const name = Array.isArray(parameters) && parameters.length > 0 ? this.#nameOf(text) : undefined
    if (name === undefined || queryRunner !== undefined || !this.isInitialized) {
      return super.query(text, parameters, queryRunner)
    }
    const pool: Pool = (this.driver as PostgresDriver).master
    const values = parameters as unknown[]
    try {
      const { command, rows, rowCount } = await pool.query({ name, text, values })
      // The two forms in which TypeORM answers.
      return (command === 'UPDATE' || command === 'DELETE' ? [rows, rowCount] : rows) as Result
    } catch (error) {
      if (error instanceof Error) throw new QueryFailedError(text, values, error)
      throw error
    }
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size >= NAMED_STATEMENTS_MAX) return known
    const name = `fairlead_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}
