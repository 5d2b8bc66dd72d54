import pino from 'pino'
import { createPagesServer } from './server.ts'
import { readSettings } from './settings.ts'

const settings = readSettings(process.env)
const logger = pino({ level: settings.logLevel, base: { process: 'frontend' } })
const server = await createPagesServer(settings, logger)

let stopping = false
async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  logger.info({ signal }, 'stopping')
  await server.close()
  logger.info('stopped')
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      logger.fatal({ err: error }, 'could not stop in order')
      process.exit(1)
    })
  })
}

await server.listen(settings.address)
