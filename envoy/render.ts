import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { descriptorsFile, type Methods, readMethods } from './methods.ts'

export interface Endpoint {
  /** An address in the embedded profile, a DNS name in the cluster. */
  host: string
  port: number
}

export interface EnvoySettings {
  /** embedded: loopback addresses. cluster: names that Envoy resolves again and again. */
  profile: 'embedded' | 'cluster'
  listenAddress: string
  /** Whether to listen on ::1 as well. */
  listenIpv6: boolean
  port: number
  adminPort: number
  backendGrpc: Endpoint
  backendHttp: Endpoint
  frontend: Endpoint
  /** The development identity provider; without one /auth/ belongs to the pages. */
  identity?: Endpoint | undefined
  /** The development mail server's page; without one /dev/mail belongs to the pages. */
  mail?: Endpoint | undefined
  /** An S3 store that presigned addresses below /objects/ lead to; without one the backend answers there. */
  objects?: (Endpoint & { bucket: string }) | undefined
  /** Where spans go, also those of pages: OTLP over HTTP. Without it none are made. */
  traces?: (Endpoint & { sampledShare: number }) | undefined
  /** Listens on all addresses with what of the admin interface others may see: readiness and figures. */
  metricsPort?: number | undefined
  /** Names that the front door answers to, with or without a port; without them any. */
  names?: readonly string[] | undefined
  /** Origins besides our own that pages fetch from. */
  otherOrigins?: readonly string[]
  /** Vite serves the pages. */
  hotReload?: boolean
  /** Browsers reach us by TLS, here or in front of us. */
  tls?: boolean
  /** Proxies in front of us whose x-forwarded-for is to be believed. Default 0. */
  trustedHops?: number
  /** The path of the descriptors where Envoy runs. Default: this clone's. */
  descriptors?: string
  /** How long a stream may be silent. Above the 15 s heartbeat. Default 300. */
  streamIdleSeconds?: number
  /** How long a unary call may take. Default 30. */
  unarySeconds?: number
  /** How long a connection without requests is kept. Default 300. */
  connectionIdleSeconds?: number
}

/** gRPC's usual limit of one message; the backend's is the same. */
const maxBodyBytes = 4 * 1024 * 1024
/** Of this machine. */
const ownNames = ['localhost', '127.0.0.1', '[::1]']
const templateFile = join(import.meta.dirname, 'envoy.template.yaml')

/** Envoy's configuration as YAML. Throws a RangeError that names an unusable setting. */
export function renderEnvoy(settings: EnvoySettings, methods: Methods = readMethods()): string {
  const { profile, identity, mail, objects, traces, metricsPort, hotReload = false, tls = false } = settings
  const names = profile === 'embedded' ? ownNames : settings.names
  const values: Record<string, string | number> = {
    clusterType: profile === 'embedded' ? 'STATIC' : 'STRICT_DNS',
    listenAddress: host('listenAddress', settings.listenAddress),
    port: port('port', settings.port),
    adminPort: port('adminPort', settings.adminPort),
    trustedHops: whole('trustedHops', settings.trustedHops ?? 0, 0, 10),
    streamIdleSeconds: whole('streamIdleSeconds', settings.streamIdleSeconds ?? 300, 1, 86_400),
    unarySeconds: whole('unarySeconds', settings.unarySeconds ?? 30, 1, 3600),
    connectionIdleSeconds: whole('connectionIdleSeconds', settings.connectionIdleSeconds ?? 300, 1, 86_400),
    maxBodyBytes,
    descriptors: plain('descriptors', settings.descriptors ?? descriptorsFile),
    services: methods.services.map((name) => plain('services', name)).join(', '),
    streamingMethods: methods.streaming.map(asPattern).join('|'),
    contentSecurityPolicy: contentSecurityPolicy({
      hotReload,
      tls,
      otherOrigins: (settings.otherOrigins ?? []).map((value) => origin('otherOrigins', value)),
    }),
    domains: (names === undefined ? ['*'] : names.flatMap((name) => domains(name, profile, settings.port)))
      .map((name) => `"${name}"`)
      .join(', '),
    ...endpoint('backendGrpc', settings.backendGrpc),
    ...endpoint('backendHttp', settings.backendHttp),
    ...endpoint('frontend', settings.frontend),
    ...(identity === undefined ? {} : endpoint('identity', identity)),
    ...(mail === undefined ? {} : endpoint('mail', mail)),
    ...(traces === undefined
      ? {}
      : {
          ...endpoint('traces', traces),
          tracedPercent: percent('traces.sampledShare', traces.sampledShare),
        }),
    ...(metricsPort === undefined ? {} : { metricsPort: port('metricsPort', metricsPort) }),
    ...(objects === undefined ? {} : objectStore(objects)),
  }
  const flags: Record<string, boolean> = {
    listenIpv6: settings.listenIpv6,
    dns: profile === 'cluster',
    identity: identity !== undefined,
    identityHealth: identity !== undefined && profile === 'embedded',
    mail: mail !== undefined,
    objectStore: objects !== undefined,
    backendObjects: objects === undefined,
    traces: traces !== undefined,
    metrics: metricsPort !== undefined,
    hotReload,
    hsts: tls,
  }
  return fill(readFileSync(templateFile, 'utf8'), values, flags)
}

/** `$(name)` is replaced; lines from `# $(if flag)` to `# $(end)` stay when the flag holds. */
function fill(
  template: string,
  values: Record<string, string | number>,
  flags: Record<string, boolean>,
): string {
  const kept: string[] = []
  let keeping = true
  for (const line of template.split('\n')) {
    const flag = /^\s*# \$\(if (\w+)\)$/.exec(line)?.[1]
    if (flag !== undefined) {
      if (!(flag in flags)) throw new RangeError(`the template asks for the unknown flag ${flag}`)
      keeping = flags[flag] === true
    } else if (/^\s*# \$\(end\)$/.test(line)) {
      keeping = true
    } else if (keeping) {
      kept.push(line.replace(/\$\((\w+)\)/g, (_, name: string) => valueFor(values, name)))
    }
  }
  return kept.join('\n')
}

function valueFor(values: Record<string, string | number>, name: string): string {
  const value = values[name]
  if (value === undefined) throw new RangeError(`the template asks for the unknown value ${name}`)
  return String(value)
}

/** Host headers that mean a name: as browsers write it for the usual port, and with the port. */
function domains(name: string, profile: EnvoySettings['profile'], ownPort: number): string[] {
  const known = plain('names', name)
  // In a cluster people come by ports that were forwarded.
  return [known, `${known}:${profile === 'embedded' ? ownPort : '*'}`]
}

function objectStore(store: Endpoint & { bucket: string }): Record<string, string | number> {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(store.bucket)) {
    throw new RangeError(`objects.bucket is no name of a bucket: ${store.bucket}`)
  }
  return {
    ...endpoint('objectStore', store),
    // As it was signed: HTTP leaves its usual port out.
    objectStoreAuthority: store.port === 80 ? store.host : `${store.host}:${store.port}`,
    bucketPattern: asPattern(store.bucket),
  }
}

function percent(name: string, share: number): number {
  if (share >= 0 && share <= 1) return share * 100
  throw new RangeError(`${name} must be from 0 to 1, and is ${share}`)
}

function origin(name: string, value: string): string {
  if (URL.canParse(value) && new URL(value).origin === value) return value
  throw new RangeError(`${name} holds what is no origin: ${value}`)
}

function endpoint(name: string, { host: address, port: number }: Endpoint): Record<string, string | number> {
  return { [`${name}Host`]: host(`${name}.host`, address), [`${name}Port`]: port(`${name}.port`, number) }
}

function host(name: string, value: string): string {
  if (!/^[A-Za-z0-9.:-]+$/.test(value)) throw new RangeError(`${name} is no host: ${value}`)
  return value
}

function port(name: string, value: number): number {
  return whole(name, value, 1, 65_535)
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, and is ${value}`)
}

/** Fit to stand between double quotes in YAML. */
function plain(name: string, value: string): string {
  if (/["\\\n]/.test(value)) throw new RangeError(`${name} holds a quote, a backslash or a line break`)
  return value
}

/** A RE2 pattern inside double-quoted YAML. */
function asPattern(method: string): string {
  return plain('streaming', method).replaceAll('.', '\\\\.')
}
