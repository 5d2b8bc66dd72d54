import { type DestinationStream, type Logger, pino } from 'pino'
import { activeSpan } from './tracing/index.ts'

/** Of an error, what explains it. All else may hold data: an SQL error carries the parameters and the row. */
const LOGGED = ['code', 'severity', 'schema', 'table', 'column', 'constraint', 'routine', 'query', 'reason']
const CAUSES_MAX = 10

export interface LogOptions {
  readonly name: string
  readonly level: string
  /** Whether each line says which trace it belongs to. */
  readonly traced?: boolean
}

/** The log of one process: JSON lines, without what people wrote or may see. */
export function createLog(options: LogOptions, output?: DestinationStream): Logger {
  const { name, level, traced = false } = options
  const settings = {
    name,
    level,
    base: { pid: process.pid },
    serializers: { err: errorRecord },
    ...(traced ? { mixin: traceOfLine } : {}),
  }
  return output === undefined ? pino(settings) : pino(settings, output)
}

function traceOfLine(): { traceId?: string } {
  const span = activeSpan()
  return span === undefined ? {} : { traceId: span.traceId }
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
