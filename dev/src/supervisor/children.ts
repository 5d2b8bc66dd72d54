import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { nodeOptions } from '../../../backend/src/node-options.ts'
import { type EnvoySettings, renderEnvoy } from '../../../envoy/render.ts'
import { Refusal } from '../refusal.ts'
import { inRepository, repository } from '../repository.ts'
import type { ChildSpec } from './child.ts'
import type { Environment } from './environment.ts'
import type { Home } from './home.ts'
import type { Ports } from './ports.ts'
import { grpcHealthReady, httpReady, until } from './readiness.ts'

interface OwnProgram {
  name: string
  entry: string
  /** Of Node, beside those of all. */
  options?: readonly string[]
  env: NodeJS.ProcessEnv
  ready: ChildSpec['ready']
  graceMs?: number
  onMessage?: ChildSpec['onMessage']
}

/** One of our own programs under the Node that runs us. */
function ownProgram(program: OwnProgram): ChildSpec {
  const { name, entry, options = [], env, ready, graceMs = 10_000, onMessage } = program
  return {
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...options, inRepository(entry)],
    env,
    cwd: repository,
    stopSignal: 'SIGTERM',
    graceMs,
    ready,
    onMessage,
  }
}

const healthz = (port: number) => httpReady(`http://127.0.0.1:${port}/healthz`)

export function identitySpec({ identity: env }: Environment, ports: Ports): ChildSpec {
  return ownProgram({
    name: 'identity',
    entry: 'dev/src/identity/main.ts',
    env,
    ready: healthz(ports.identity),
  })
}

export function mailSpec(
  { mail: env }: Environment,
  ports: Ports,
  onNote: (line: string) => void,
): ChildSpec {
  return ownProgram({
    name: 'mail',
    entry: 'dev/src/mail/main.ts',
    env,
    ready: (signal) => until(signal, () => accepts(ports.mail)),
    onMessage: (message) => {
      if (typeof message === 'object' && message !== null && 'note' in message) onNote(String(message.note))
    },
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('data', () => {
      socket.end()
      resolve(true)
    })
  })
}

export function backendSpec({ backend: env }: Environment, ports: Ports): ChildSpec {
  return ownProgram({
    name: 'backend',
    entry: 'backend/src/main.ts',
    options: nodeOptions,
    env,
    ready: healthz(ports.backendHttp),
  })
}

/** As many as there are ports for: "worker", "worker-2", "worker-3" and so on. */
export function workerSpecs({ worker: env }: Environment, ports: Ports): ChildSpec[] {
  return [ports.workerHttp, ...ports.furtherWorkersHttp].map((port, index) =>
    ownProgram({
      name: index === 0 ? 'worker' : `worker-${index + 1}`,
      entry: 'backend/src/worker.ts',
      options: nodeOptions,
      env: { ...env, FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${port}` },
      ready: healthz(port),
      // It hands its running task back first.
      graceMs: 15_000,
    }),
  )
}

export function frontendSpec({ frontend: env }: Environment, ports: Ports): ChildSpec {
  return ownProgram({
    name: 'frontend',
    entry: 'frontend/server/main.ts',
    env,
    ready: healthz(ports.frontend),
  })
}

export interface EnvoyOptions {
  binary: string
  env: NodeJS.ProcessEnv
  home: Home
  ports: Ports
  /** In the place of the development identity provider; pages fetch from its origin. */
  outsideIssuer: string | undefined
  listenIpv6: boolean
  hotReload: boolean
}

export function envoySpec(options: EnvoyOptions): ChildSpec {
  const { binary, env, home, ports, outsideIssuer, listenIpv6, hotReload } = options
  const at = (port: number) => ({ host: '127.0.0.1', port })
  const configuration = join(home.run, 'envoy.yaml')
  const limits = {
    streamIdleSeconds: secondsOf(env, 'FAIRLEAD_ENVOY_STREAM_IDLE_SECONDS'),
    unarySeconds: secondsOf(env, 'FAIRLEAD_ENVOY_UNARY_SECONDS'),
    connectionIdleSeconds: secondsOf(env, 'FAIRLEAD_ENVOY_CONNECTION_IDLE_SECONDS'),
  }
  writeFileSync(
    configuration,
    renderEnvoy({
      profile: 'embedded',
      listenAddress: '127.0.0.1',
      listenIpv6,
      port: ports.envoy,
      adminPort: ports.envoyAdmin,
      backendGrpc: at(ports.backendGrpc),
      backendHttp: at(ports.backendHttp),
      frontend: at(ports.frontend),
      ...(outsideIssuer === undefined ? { identity: at(ports.identity) } : {}),
      otherOrigins: originsOf([outsideIssuer, storeOf(env)]),
      mail: at(ports.mailHttp),
      hotReload,
      traces: collectorOf(env),
      ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
    }),
    { mode: 0o600 },
  )
  return {
    name: 'envoy',
    command: binary,
    args: [
      ...['--config-path', configuration],
      ...['--log-level', 'warning', '--concurrency', '2'],
      // Deprecations are for whoever edits the template, at each start anew.
      ...['--component-log-level', 'misc:error'],
      // Two copies on one machine would share its memory segment.
      '--disable-hot-restart',
    ],
    env: { PATH: env['PATH'] },
    cwd: home.run,
    stopSignal: 'SIGTERM',
    graceMs: 5000,
    ready: httpReady(`http://127.0.0.1:${ports.envoyAdmin}/ready`),
  }
}

/** Of the S3 store that pages send parts of uploads to; undefined for the store of files, which stands behind Envoy. */
function storeOf(env: NodeJS.ProcessEnv): string | undefined {
  return env['FAIRLEAD_OBJECTS'] === 's3' ? env['FAIRLEAD_S3_PUBLIC_URL'] || env['S3_ENDPOINT'] : undefined
}

/** What is no address is refused by the process that needs it. */
function originsOf(addresses: readonly (string | undefined)[]): string[] {
  return addresses.flatMap((address) => URL.parse(address ?? '')?.origin ?? [])
}

/** Where Envoy sends its spans and those of pages: to the collector that the other processes send theirs to. */
function collectorOf(env: NodeJS.ProcessEnv): EnvoySettings['traces'] {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? ''
  if (endpoint === '') return undefined
  const url = URL.parse(endpoint)
  if (url?.protocol !== 'http:') {
    throw new Refusal(
      `OTEL_EXPORTER_OTLP_ENDPOINT is "${endpoint}", which is no address of a collector; set it like http://127.0.0.1:4318, or unset it.`,
    )
  }
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] || 1)
  return { host: url.hostname, port: Number(url.port || 80), sampledShare: share }
}

function secondsOf(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name]
  return text === undefined || text === '' ? undefined : Number(text)
}

/** Everything of ours answers through the front door: pages, sign-in, and the backend's gRPC health. */
export function frontDoorReady({
  url,
  issuer,
  embeddedIdentity,
}: Environment): (signal: AbortSignal) => Promise<void> {
  const checks = [
    httpReady(`${url}/`),
    ...(embeddedIdentity ? [httpReady(`${issuer}/.well-known/openid-configuration`)] : []),
    grpcHealthReady(url),
  ]
  return async (signal) => {
    await Promise.all(checks.map((check) => check(signal)))
  }
}
