import { setFlagsFromString } from 'node:v8'
import { openPushReceiver } from '@fairlead/backend/push-receiver'
import pino from 'pino'
import { createPagesServer } from './server.ts'
import { readSettings, type Settings, SettingsError } from './settings.ts'
import { serveMetrics } from './sockets/serve-metrics.ts'
import { type ServedSockets, serveSockets } from './sockets/serve-sockets.ts'
import { SOCKET_LIMITS } from './sockets/socket-limits.ts'

// Thousands of sockets wait here, and few speak at a time: what takes little memory is the right trade. Without it the
// garbage of a thousand tokens checked at once stays, as ten times what their sockets take.
setFlagsFromString('--optimize-for-size')

const settings = settingsOrExit()
const logger = pino({ name: 'frontend', level: settings.logLevel, base: { pid: process.pid } })

let stopping = false
const server = await createPagesServer(settings, logger, () => !stopping)
const { backendAddress, publicUrl, push, socketsPerUser, sockets } = settings.sockets
const served: ServedSockets = await serveSockets({
  server: server.server,
  backendAddress,
  publicUrl,
  openReceiver: (handlers) => openPushReceiver(push, handlers, logger),
  limits: { ...SOCKET_LIMITS, sockets, socketsPerUser },
  // Vite's hot reload.
  othersUpgrade: settings.mode === 'vite',
  log: logger,
})

const metrics =
  settings.metricsAddress === undefined ? undefined : await serveMetrics(settings.metricsAddress, served)

async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  logger.info({ signal }, 'stopping')
  await served.drain()
  await server.close()
  await metrics?.close()
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

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
