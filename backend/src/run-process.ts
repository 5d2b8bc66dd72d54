import { type Logger, pino } from 'pino'
import { createLog } from './log.ts'
import { SettingsError } from './settings.ts'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Runs a server process: opens what it needs, waits for SIGTERM or SIGINT, and closes in reverse order.
 * Exits with 0 after a clean stop, with 1 when starting or stopping failed.
 */
export async function runProcess<Settings extends { readonly logLevel: string }>(
  name: string,
  readSettings: () => Settings,
  open: (settings: Settings, log: Logger, releasers: AsyncDisposableStack) => Promise<void>,
): Promise<void> {
  const stopped = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of STOP_SIGNALS) process.once(signal, stopped.resolve)
  let settings: Settings
  try {
    settings = readSettings()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`The ${name} cannot start:\n${error.message}\n`)
    process.exitCode = 1
    return
  }
  // Lines that are written while the last ones are on their way go out together.
  const output = pino.destination({ dest: 1, sync: false })
  const log = createLog({ name, level: settings.logLevel }, output)
  process.on('exit', () => output.flushSync())
  const releasers = new AsyncDisposableStack()
  try {
    const opened = open(settings, log, releasers)
    // Stopped while it opens, it fails on the disposed stack, which is what is wanted.
    opened.catch((error) => log.debug({ err: error }, 'opening ended early'))
    await Promise.race([opened, stopped.promise])
    const signal = await stopped.promise
    log.info({ signal }, 'stopping')
  } catch (error) {
    log.fatal({ err: error }, `the ${name} cannot start`)
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
