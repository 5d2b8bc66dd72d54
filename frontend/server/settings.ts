import type { PushReceiverSettings } from '@fairlead/backend/push-receiver'
import { z } from 'zod'

const demoAccount = z.object({
  username: z.string(),
  displayName: z.string(),
  organization: z.string(),
  role: z.string(),
})

/** An account of the development issuer; its password is its username. */
export type DemoAccount = z.infer<typeof demoAccount>

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

const address = z
  .string()
  .regex(/^.+:\d{1,5}$/, 'must be HOST:PORT')
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon), port: Number(value.slice(colon + 1)) }
  })

const demoAccounts = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must be JSON: ${String(error)}` })
      return z.NEVER
    }
  })
  .pipe(z.array(demoAccount))

const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

const url = (...protocols: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    // The value may hold a password.
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })

/** Unset and empty are the same. */
const optional = <Value extends z.ZodType>(value: Value) =>
  z.preprocess((given) => (given === '' ? undefined : given), value.optional())

const variables = z.object({
  // Where pages are served.
  FAIRLEAD_FRONTEND_ADDRESS: address,
  // The issuer as browsers reach it.
  FAIRLEAD_OIDC_ISSUER: z.url(),
  FAIRLEAD_OIDC_CLIENT_ID: z.string().min(1).default('fairlead-web'),
  // What the pages ask for. Some issuers give a refresh token for offline_access alone; others make it outlive a sign-out.
  FAIRLEAD_OIDC_SCOPES: optional(
    z.string().refine((value) => value.split(/ +/).includes('openid'), {
      error: 'must hold openid, as in: openid profile email',
    }),
  ).transform((value) => value ?? 'openid profile email'),
  FAIRLEAD_DEVELOPMENT: flag.default(false),
  FAIRLEAD_DEMO_ACCOUNTS: demoAccounts.default([]),
  // built: frontend/dist. vite: the sources, with hot reload on the same port.
  FAIRLEAD_FRONTEND_MODE: z.enum(['built', 'vite']).default('built'),
  // gRPC of the backend. A name that stands for several addresses spreads the calls over them.
  FAIRLEAD_BACKEND_ADDRESS: address,
  // The site as browsers reach it: only its pages may open sockets.
  FAIRLEAD_PUBLIC_URL: url('http:', 'https:'),
  // What pushes come in by: RabbitMQ, or, without it, PostgreSQL.
  AMQP_URL: optional(url('amqp:', 'amqps:')),
  AMQP_CA_FILE: optional(z.string()),
  AMQP_CERTIFICATE_FILE: optional(z.string()),
  AMQP_KEY_FILE: optional(z.string()),
  // What the names of exchanges and queues begin with, so that several installations can share a broker.
  AMQP_NAMESPACE: optional(
    z.string().regex(/^[a-z][a-z0-9.-]{0,60}$/, {
      error: 'must be a lower-case letter, then at most 60 letters, digits, "." and "-"',
    }),
  ).transform((value) => value ?? 'fairlead'),
  // As a role that may connect; it needs no rights to any table.
  FAIRLEAD_PUSH_DATABASE_URL: optional(url('postgres:', 'postgresql:')),
  // Open at a time; the oldest of a user is closed when there are more.
  FAIRLEAD_SOCKETS_PER_USER: wholeNumber(1, 1_000).default(20),
  // Open at a time in this process; further ones are sent away.
  FAIRLEAD_FRONTEND_SOCKETS: wholeNumber(1, 1_000_000).default(20_000),
  // Prometheus figures, at /metrics. Not for the public.
  FAIRLEAD_FRONTEND_METRICS_ADDRESS: optional(address),
  // Pages trace their calls, and send what they see to Envoy, when it is set.
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(url('http:', 'https:')),
  // Of the calls, 0 to 1.
  OTEL_TRACES_SAMPLER_ARG: optional(z.coerce.number().min(0).max(1)).transform((value) => value ?? 1),
  FAIRLEAD_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

const environment = variables.superRefine((values, context) => {
  if (values.AMQP_URL === undefined && values.FAIRLEAD_PUSH_DATABASE_URL === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['AMQP_URL'],
      message: 'is not set, nor is FAIRLEAD_PUSH_DATABASE_URL; set one of the two, as the worker has it',
    })
  }
  if ((values.AMQP_CERTIFICATE_FILE === undefined) !== (values.AMQP_KEY_FILE === undefined)) {
    context.addIssue({
      code: 'custom',
      path: ['AMQP_CERTIFICATE_FILE'],
      message: 'and AMQP_KEY_FILE belong together; set both, or neither',
    })
  }
})

export interface SocketSettings {
  readonly backendAddress: string
  readonly publicUrl: string
  readonly push: PushReceiverSettings
  readonly socketsPerUser: number
  readonly sockets: number
}

export interface Settings {
  readonly address: { readonly host: string; readonly port: number }
  readonly issuer: string
  readonly clientId: string
  readonly scopes: string
  readonly development: boolean
  readonly demoAccounts: readonly DemoAccount[]
  readonly mode: 'built' | 'vite'
  readonly logLevel: string
  readonly sockets: SocketSettings
  /** Of the calls of pages, the share that is traced, 0 to 1; undefined: they trace nothing. */
  readonly tracesRatio: number | undefined
  readonly metricsAddress: { readonly host: string; readonly port: number } | undefined
}

/** What an operator can correct. */
export class SettingsError extends Error {}

/** @throws SettingsError that names every wrong or missing variable, in one line */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const parsed = environment.safeParse(env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.')
      return message.startsWith('Invalid input') && env[name] === undefined
        ? `${name} is not set`
        : `${name} ${message}`
    })
    throw new SettingsError(`The frontend cannot start: ${problems.join('; ')}.`)
  }
  const values = parsed.data
  return Object.freeze({
    address: values.FAIRLEAD_FRONTEND_ADDRESS,
    issuer: values.FAIRLEAD_OIDC_ISSUER,
    clientId: values.FAIRLEAD_OIDC_CLIENT_ID,
    scopes: values.FAIRLEAD_OIDC_SCOPES,
    development: values.FAIRLEAD_DEVELOPMENT,
    // Demo passwords are public knowledge, so they are never shown outside development.
    demoAccounts: values.FAIRLEAD_DEVELOPMENT ? values.FAIRLEAD_DEMO_ACCOUNTS : [],
    mode: values.FAIRLEAD_FRONTEND_MODE,
    logLevel: values.FAIRLEAD_LOG_LEVEL,
    sockets: Object.freeze({
      backendAddress: addressText(values.FAIRLEAD_BACKEND_ADDRESS),
      publicUrl: values.FAIRLEAD_PUBLIC_URL,
      push: pushOf(values),
      socketsPerUser: values.FAIRLEAD_SOCKETS_PER_USER,
      sockets: values.FAIRLEAD_FRONTEND_SOCKETS,
    }),
    tracesRatio:
      values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : values.OTEL_TRACES_SAMPLER_ARG,
    metricsAddress: values.FAIRLEAD_FRONTEND_METRICS_ADDRESS,
  })
}

function pushOf(values: z.output<typeof environment>): PushReceiverSettings {
  const url = values.AMQP_URL
  if (url === undefined) {
    return { kind: 'postgres', databaseUrl: values.FAIRLEAD_PUSH_DATABASE_URL ?? '' }
  }
  const certificateFile = values.AMQP_CERTIFICATE_FILE
  const keyFile = values.AMQP_KEY_FILE
  const client =
    certificateFile !== undefined && keyFile !== undefined ? { certificateFile, keyFile } : undefined
  const server = { url, caFile: values.AMQP_CA_FILE, client }
  return { kind: 'amqp', server, namespace: values.AMQP_NAMESPACE }
}

function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`
}
