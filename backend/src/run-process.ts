import { type Logger, pino } from 'pino'
import { databaseProblem } from './database/index.ts'
import { createLog } from './log.ts'
import { settingsOrSay } from './settings-or-say.ts'
import { openTracing, type TraceSettings, type Tracing } from './tracing/index.ts'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

export interface ProcessSettings {
  readonly logLevel: string
  readonly databaseUrl: string
  /** Undefined: nothing is traced. */
  readonly traces: TraceSettings | undefined
}

/**
 * Runs a server process: opens what it needs, waits for SIGTERM or SIGINT, and closes in reverse order.
 * Exits with 0 after a clean stop, with 1 when starting or stopping failed.
 */
export async function runProcess<Settings extends ProcessSettings>(
  name: string,
  readSettings: () => Settings,
  open: (
    settings: Settings,
    log: Logger,
    releasers: AsyncDisposableStack,
    tracing: Tracing | undefined,
  ) => Promise<void>,
): Promise<void> {
  const stopped = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of STOP_SIGNALS) process.once(signal, stopped.resolve)
  const settings = settingsOrSay(name, readSettings)
  if (settings === undefined) return
  // Lines that are written while the last ones are on their way go out together.
  const output = pino.destination({ dest: 1, sync: false })
  const { traces } = settings
  const log = createLog({ name, level: settings.logLevel, traced: traces !== undefined }, output)
  process.on('exit', () => output.flushSync())
  const releasers = new AsyncDisposableStack()
  try {
    const tracing = await openTracing({ process: name, settings: traces, log })
    releasers.defer(async () => tracing?.close())
    const opened = open(settings, log, releasers, tracing)
    // Stopped while it opens, it fails on the disposed stack, which is what is wanted.
    opened.catch((error) => log.debug({ err: error }, 'opening ended early'))
    await Promise.race([opened, stopped.promise])
    const signal = await stopped.promise
    log.info({ signal }, 'stopping')
  } catch (error) {
    const problem = databaseProblem(error, settings.databaseUrl)
    // What an operator can correct needs no stack.
    if (problem === undefined) log.fatal({ err: error }, `the ${name} cannot start`)
    else log.fatal(`the ${name} cannot start: ${problem.sentence}`)
    process.exitCode = 1
  }
  try {
    await releasers.disposeAsync()
    log.info('stopped')
  } catch (error) {
    log.error({ err: error }, 'stopping failed')
    process.exitCode = 1
  }
  // What a dependency may have left open must not keep the process alive.
  setTimeout(() => process.exit(), 1_000).unref()
}
