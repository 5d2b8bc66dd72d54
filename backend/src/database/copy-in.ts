import type { Connection, Pool, Submittable } from 'pg'
import type { DataSource } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'

/** What @types/pg leaves out of the protocol. */
interface CopyingConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/**
 * Runs `sql` with one COPY ... FROM STDIN in it, and gives it `data`. Several statements are one transaction: all of
 * them happen, or none.
 */
export async function copyIn(dataSource: DataSource, sql: string, data: Buffer): Promise<void> {
  const pool: Pool = (dataSource.driver as PostgresDriver).master
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      client.query(new CopyIn(sql, data, resolve, reject))
    })
  } catch (error) {
    // A statement's error leaves the connection as it was; any other tells that it is none any more.
    if (error instanceof Error && !('severity' in error && error.severity === 'ERROR')) broken = error
    throw error
  } finally {
    client.release(broken)
  }
}

/** What a client of pg asks of a query, in the order in which the server answers. */
class CopyIn implements Submittable {
  readonly #sql: string
  readonly #data: Buffer
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void

  constructor(sql: string, data: Buffer, resolve: () => void, reject: (error: Error) => void) {
    this.#sql = sql
    this.#data = data
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: Connection): void {
    connection.query(this.#sql)
  }

  handleCopyInResponse(connection: CopyingConnection): void {
    connection.sendCopyFromChunk(this.#data)
    connection.endCopyFrom()
  }

  handleRowDescription(): void {
    // Of a statement beside the COPY.
  }

  handleDataRow(): void {
    // Of a statement beside the COPY.
  }

  handleCommandComplete(): void {
    // The last of them is not the end: what is deferred can still fail.
  }

  handleError(error: Error): void {
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    this.#resolve()
  }
}
