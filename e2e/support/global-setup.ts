import { startFairlead } from '@fairlead/dev/start'

// So short that a watch without heartbeats would be cut off at once: see idle-watch.spec.ts.
const shortLimits = { FAIRLEAD_ENVOY_STREAM_IDLE_SECONDS: '5', FAIRLEAD_HEARTBEAT_SECONDS: '2' }

/** Starts a system for the specs, unless FAIRLEAD_URL and FAIRLEAD_HOME name one that runs. */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['FAIRLEAD_URL'] !== undefined) {
    process.env['FAIRLEAD_SYSTEM_GIVEN'] = 'true'
    return undefined
  }
  const real = process.env['FAIRLEAD_IDLE_WATCH_SECONDS'] !== undefined
  const running = await startFairlead({ env: real ? {} : shortLimits })
  process.env['FAIRLEAD_URL'] = running.url
  process.env['FAIRLEAD_HOME'] = running.home
  return async () => {
    await running.stop()
  }
}
