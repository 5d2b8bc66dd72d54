import type { Pool } from 'pg'
import { DataSource, type ObjectLiteral, QueryFailedError, type QueryRunner } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'
import { reasonOf, type Span, sampledSpan } from '../tracing/index.ts'
import { statementSummary } from './statement-summary.ts'

/** Statements that get a name. The program's own are fewer; what is beyond is planned each time. */
const NAMED_STATEMENTS_MAX = 500

/**
 * Sends statements with parameters outside of transactions as named prepared ones, straight to the pool: each
 * connection parses and plans a statement once, which is most of what a query by key costs. A proxy that
 * shares connections between transactions must keep prepared statements (PgBouncer >= 1.21 does).
 *
 * Each statement of something that is traced is a span below it: with its text, which has no values in it, and never
 * with its parameters.
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
    const parent = sampledSpan()
    if (parent === undefined) return this.#query<Result>(text, parameters, queryRunner)
    return withSpan(parent, text, () => this.#query<Result>(text, parameters, queryRunner))
  }

  async #query<Result>(
    text: string,
    // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own signature
    parameters: any[] | ObjectLiteral | undefined,
    queryRunner: QueryRunner | undefined,
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

async function withSpan<Result>(parent: Span, text: string, query: () => Promise<Result>): Promise<Result> {
  const summary = statementSummary(text)
  const span = parent.child(summary, 'client', {
    'db.system.name': 'postgresql',
    'db.query.summary': summary,
    'db.query.text': text,
  })
  try {
    return await query()
  } catch (error) {
    span.fail(reasonOf(error))
    throw error
  } finally {
    span.end()
  }
}
