import { z } from 'zod'
import { optional, share, url } from '../backend/src/setting-types.ts'
import type { Endpoint, EnvoySettings } from './render.ts'

/** What an operator can correct; its message names each wrong variable and the way out, one a line. */
export class EnvoySettingsError extends Error {}

const endpoint = (example: string) =>
  z.string().transform((value, context): Endpoint => {
    const match = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(value)
    const port = Number(match?.[2])
    if (match === null || port < 1 || port > 65_535) {
      context.addIssue(`is not host:port with a port from 1 to 65535. Set it, for example to ${example}.`)
      return z.NEVER
    }
    return { host: match[1] ?? '', port }
  })

const webAddress = (example: string) => url(['http:', 'https:'], example)

const flag = optional(
  z.enum(['true', 'false'], { error: 'is neither true nor false. Set one of the two, or leave it out.' }),
).transform((value) => value === 'true')

const whole = (least: number, most: number, unset: number) => {
  const error = `is not a whole number from ${least} to ${most}. Correct it, or leave it out for ${unset}.`
  return optional(
    z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error }),
  ).transform((value) => value ?? unset)
}

const variables = z
  .object({
    FAIRLEAD_PUBLIC_URL: webAddress('https://fairlead.example.org'),
    FAIRLEAD_OIDC_ISSUER: optional(webAddress('https://identity.example.org/realms/fairlead')),
    FAIRLEAD_DEVELOPMENT: flag,
    FAIRLEAD_ENVOY_BACKEND_GRPC: optional(endpoint('backend:10001')),
    FAIRLEAD_ENVOY_BACKEND_HTTP: optional(endpoint('backend:10002')),
    FAIRLEAD_ENVOY_FRONTEND: optional(endpoint('frontend:10004')),
    FAIRLEAD_ENVOY_IDENTITY: optional(endpoint('keycloak:8080')),
    FAIRLEAD_ENVOY_MAIL: optional(endpoint('smtp-logger:8025')),
    FAIRLEAD_ENVOY_OBJECTS: optional(endpoint('minio:9000')),
    FAIRLEAD_ENVOY_TRACES: optional(endpoint('collector:4318')),
    OTEL_TRACES_SAMPLER_ARG: share,
    FAIRLEAD_ENVOY_HOT_RELOAD: flag,
    FAIRLEAD_ENVOY_TRUSTED_HOPS: whole(0, 10, 0),
    FAIRLEAD_ENVOY_STREAM_IDLE_SECONDS: whole(16, 86_400, 300),
    FAIRLEAD_ENVOY_UNARY_SECONDS: whole(1, 3_600, 30),
    FAIRLEAD_ENVOY_CONNECTION_IDLE_SECONDS: whole(1, 86_400, 300),
    FAIRLEAD_OBJECTS: optional(z.string()),
    FAIRLEAD_S3_BUCKET: optional(
      z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, {
        error: 'is no name of a bucket: lower-case letters, digits, "." and "-". Correct it.',
      }),
    ),
    FAIRLEAD_S3_PUBLIC_URL: optional(webAddress('https://fairlead.example.org/objects')),
    S3_ENDPOINT: optional(webAddress('https://s3.example.org')),
  })
  .superRefine((values, context) => {
    const { FAIRLEAD_ENVOY_OBJECTS: objects, S3_ENDPOINT: endpoint } = values
    if (objects === undefined) return
    const refuse = (variable: string, message: string) =>
      context.addIssue({ code: 'custom', path: [variable], message })
    if (values.FAIRLEAD_S3_BUCKET === undefined) {
      refuse(
        'FAIRLEAD_S3_BUCKET',
        'is not set, and FAIRLEAD_ENVOY_OBJECTS needs it. Set it to the bucket that the backend uses.',
      )
    }
    if (values.FAIRLEAD_OBJECTS === 'filesystem') {
      refuse('FAIRLEAD_ENVOY_OBJECTS', 'needs FAIRLEAD_OBJECTS=s3. Set that, or leave this out.')
    }
    if (endpoint === undefined) return
    const { protocol, hostname, port } = new URL(endpoint)
    const address = `${hostname}:${port || 80}`
    if (protocol === 'https:') {
      refuse(
        'FAIRLEAD_ENVOY_OBJECTS',
        'cannot be set with an S3_ENDPOINT that begins with https://. Leave it out: browsers reach such a store themselves.',
      )
    } else if (address !== `${objects.host.toLowerCase()}:${objects.port}`) {
      refuse(
        'FAIRLEAD_ENVOY_OBJECTS',
        `is not where S3_ENDPOINT leads, and addresses are signed for that. Set it to ${address}.`,
      )
    }
  })

/** Ports of the front door's pod; its Service and its probes say the same. */
const PORT = 10_000
const ADMIN_PORT = 9_901
const METRICS_PORT = 9_902

/**
 * The front door of a cluster, from the environment.
 * @throws EnvoySettingsError when a variable is wrong
 */
export function envoySettings(env: Readonly<Record<string, string | undefined>>): EnvoySettings {
  const result = variables.safeParse(env)
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new EnvoySettingsError(lines.join('\n'))
  }
  const values = result.data
  const objects = values.FAIRLEAD_ENVOY_OBJECTS
  const bucket = values.FAIRLEAD_S3_BUCKET
  const publicUrl = new URL(values.FAIRLEAD_PUBLIC_URL)
  return {
    profile: 'cluster',
    listenAddress: '0.0.0.0',
    listenIpv6: false,
    port: PORT,
    adminPort: ADMIN_PORT,
    metricsPort: METRICS_PORT,
    backendGrpc: values.FAIRLEAD_ENVOY_BACKEND_GRPC ?? { host: 'backend', port: 10_001 },
    backendHttp: values.FAIRLEAD_ENVOY_BACKEND_HTTP ?? { host: 'backend', port: 10_002 },
    frontend: values.FAIRLEAD_ENVOY_FRONTEND ?? { host: 'frontend', port: 10_004 },
    identity: values.FAIRLEAD_ENVOY_IDENTITY,
    mail: values.FAIRLEAD_ENVOY_MAIL,
    objects: objects === undefined || bucket === undefined ? undefined : { ...objects, bucket },
    traces:
      values.FAIRLEAD_ENVOY_TRACES === undefined
        ? undefined
        : { ...values.FAIRLEAD_ENVOY_TRACES, sampledShare: values.OTEL_TRACES_SAMPLER_ARG },
    hotReload: values.FAIRLEAD_ENVOY_HOT_RELOAD,
    trustedHops: values.FAIRLEAD_ENVOY_TRUSTED_HOPS,
    streamIdleSeconds: values.FAIRLEAD_ENVOY_STREAM_IDLE_SECONDS,
    unarySeconds: values.FAIRLEAD_ENVOY_UNARY_SECONDS,
    connectionIdleSeconds: values.FAIRLEAD_ENVOY_CONNECTION_IDLE_SECONDS,
    tls: publicUrl.protocol === 'https:',
    otherOrigins: otherOrigins(values, publicUrl.origin),
    // Known passwords are behind it. `envoy` is its name in the cluster.
    names: values.FAIRLEAD_DEVELOPMENT
      ? [...new Set([publicUrl.hostname, 'localhost', '127.0.0.1', '[::1]', 'envoy'])]
      : undefined,
  }
}

/** Where pages fetch from besides their own origin: metadata and tokens of the issuer, signed addresses of the store. */
function otherOrigins(values: z.output<typeof variables>, own: string): string[] {
  const store =
    values.FAIRLEAD_OBJECTS === 's3' ? (values.FAIRLEAD_S3_PUBLIC_URL ?? values.S3_ENDPOINT) : undefined
  const origins = [values.FAIRLEAD_OIDC_ISSUER, store].flatMap((address) =>
    address === undefined ? [] : [new URL(address).origin],
  )
  return [...new Set(origins)].filter((origin) => origin !== own)
}
