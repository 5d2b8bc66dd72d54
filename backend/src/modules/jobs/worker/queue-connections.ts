import pg from 'pg'
import type { Logger } from 'pino'

/** What fails with this code (serialization_failure) graphile-worker tries again up to 100 times, 5 s apart at most. */
const RETRIED_CODE = '40001'

/**
 * Connections for graphile-worker. It does not listen to the errors of those that it uses, nor to what becomes of
 * its notes that work is done, so that a database that restarts would end the process. Here such an error is
 * logged, and is one that it tries again.
 */
export function queueConnections(databaseUrl: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    // For timed work, which is little.
    max: 3,
    application_name: 'fairlead queue',
  })
  const onError = (error: Error) => log.warn({ err: error }, 'a queue connection was lost')
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError)
    retried(client, 'query')
  })
  retried(pool, 'connect')
  return pool
}

/** Makes what a method that returns a promise rejects with an error that is tried again, if it is one of the connection. */
function retried<Method extends string>(
  owner: Record<Method, (...given: never[]) => unknown>,
  method: Method,
): void {
  const original: (...given: never[]) => unknown = owner[method].bind(owner)
  owner[method] = (...given) => {
    const answer = original(...given)
    return answer instanceof Promise ? answer.catch(rethrow) : answer
  }
}

function rethrow(error: unknown): never {
  if (error instanceof Error && isOfConnection(error)) {
    throw Object.assign(new Error(error.message, { cause: error }), { code: RETRIED_CODE })
  }
  throw error
}

/** The server's word that it goes or is not there yet (classes 57P and 08), or the socket's that it is gone. */
function isOfConnection(error: Error & { code?: string }): boolean {
  const { code } = error
  if (code === undefined) return /^Connection terminated|not queryable$/.test(error.message)
  return /^(57P|08)/.test(code) || /^E[A-Z]+$/.test(code)
}
