import { type DestinationStream, type Logger, pino } from 'pino'

/** Of an error, what explains it. All else may hold data: an SQL error carries the parameters and the row. */
const LOGGED = ['code', 'severity', 'schema', 'table', 'column', 'constraint', 'routine', 'query', 'reason']
const CAUSES_MAX = 10

/** The log of one process: JSON lines, without what people wrote or may see. */
export function createLog(
  options: { readonly name: string; readonly level: string },
  output?: DestinationStream,
): Logger {
  const { name, level } = options
  const settings = { name, level, base: { pid: process.pid }, serializers: { err: errorRecord } }
  return output === undefined ? pino(settings) : pino(settings, output)
}

/** An error and its causes as a log line has them. */
function errorRecord(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return String(error)
  const told = Object.entries(error).filter(
    ([name, value]) => LOGGED.includes(name) && (typeof value === 'string' || typeof value === 'number'),
  )
  return {
    type: error.constructor.name,
    message: error.message,
    stack: error.stack,
    ...Object.fromEntries(told),
    ...(error.cause === undefined ? {} : { cause: errorRecord(error.cause, depth + 1) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.map((each) => errorRecord(each, depth + 1)) }
      : {}),
  }
}
