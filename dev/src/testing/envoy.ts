import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EnvoySettings, renderEnvoy } from '../../../envoy/render.ts'
import { findEnvoy } from '../envoy/binary.ts'
import { choosePorts } from '../supervisor/ports.ts'
import { httpReady } from '../supervisor/readiness.ts'

export interface RunningEnvoy {
  url: string
  adminUrl: string
  pid: number
  /** Access log lines so far, parsed. */
  accessLog(): Record<string, unknown>[]
  stop(): Promise<void>
}

type Given = Omit<EnvoySettings, 'profile' | 'listenAddress' | 'listenIpv6' | 'port' | 'adminPort'>

/**
 * A real Envoy with our template, on free ports, in front of the given upstreams. With the port of a name server their
 * hosts are names, as in a cluster.
 */
export async function runEnvoy(settings: Given, nameServerPort?: number): Promise<RunningEnvoy> {
  const binary = await findEnvoy(process.env)
  const { envoy: port, envoyAdmin: adminPort } = await choosePorts({ FAIRLEAD_PORT: '0' })
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-envoy-'))
  const configuration = join(folder, 'envoy.yaml')
  const log = join(folder, 'envoy.log')
  writeFileSync(
    configuration,
    renderEnvoy({
      profile: nameServerPort === undefined ? 'embedded' : 'cluster',
      listenAddress: '127.0.0.1',
      listenIpv6: false,
      port,
      adminPort,
      ...settings,
    }) + (nameServerPort === undefined ? '' : resolver(nameServerPort)),
  )
  const args = ['-c', configuration, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'error']
  // Each access log line at once, so that a test can look.
  const child = spawn(binary, [...args, '--file-flush-interval-msec', '20'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  writeFileSync(log, '')
  child.stdout.on('data', (chunk: Buffer) => writeFileSync(log, chunk, { flag: 'a' }))
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await httpReady(`http://127.0.0.1:${adminPort}/ready`)(AbortSignal.timeout(15_000))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    pid: child.pid ?? 0,
    accessLog: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    stop,
  }
}

function resolver(port: number): string {
  return `
typed_dns_resolver_config:
  name: envoy.network.dns_resolver.cares
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
    resolvers: [{ socket_address: { address: 127.0.0.1, port_value: ${port} } }]
`
}
