import { hkdfSync } from 'node:crypto'
import { z } from 'zod'
import {
  backendContainerVariables,
  type ContainerSettings,
  checkContainers,
  checkStaging,
  containersOf,
  workerContainerVariables,
} from './container-settings.ts'
import { type ComputeProvider, computeProviders } from './modules/workflows/facade/compute-provider.ts'
import {
  type Address,
  address,
  flag,
  list,
  optional,
  prefix,
  readableFile,
  required,
  share,
  url,
  wholeNumber,
} from './setting-types.ts'

import type { TraceSettings } from './tracing/index.ts'

export type { Address } from './setting-types.ts'

export type ObjectsSettings =
  | { readonly kind: 'filesystem'; readonly folder: string }
  | ({
      readonly kind: 's3'
      readonly bucket: string
      /** What stands before the path in addresses for people; undefined where they reach the store as we do. */
      readonly publicUrl: string | undefined
    } & S3Settings)

export interface S3Settings {
  /** Undefined for Amazon's own. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** By what fixes near others are found: cells of H3 in any PostgreSQL, or PostGIS, where that is installed. */
export type LocationsEngine = 'h3' | 'postgis'

/** A clamd, which looks for malware in files and results. */
export interface ScannerSettings extends Address {
  /** The most that it takes as one stream: its StreamMaxLength, or less. */
  readonly streamBytes: number
}

export interface DatabaseSettings {
  readonly databaseUrl: string
  readonly logLevel: LogLevel
  readonly locationsEngine: LocationsEngine
}

/** What each organisation may have going, unless it has limits of its own. */
export interface QueueSettings {
  /** Jobs that are queued or have begun and have not ended; a further one is refused. */
  readonly unfinishedJobs: number
  /** Jobs that are PENDING; a further one is refused. */
  readonly pendingJobs: number
  /** Jobs that are EXECUTING at a time; further ones stay QUEUED. */
  readonly executingJobs: number
  /** Tasks that run at a time; 0 means as many as there are workers for. */
  readonly runningTasks: number
}

/** What backend and worker have in common. */
export interface SharedSettings extends DatabaseSettings {
  readonly publicUrl: string
  readonly objects: ObjectsSettings
  /** Set when S3 credentials are: dataset files may stand in a store even when results go to a folder. */
  readonly s3: S3Settings | undefined
  readonly queue: QueueSettings
  /** Undefined: scanning is disabled. */
  readonly scanner: ScannerSettings | undefined
  /** Undefined: nothing is traced. */
  readonly traces: TraceSettings | undefined
  /** Folders, and s3://bucket/prefix/, whose FITS files are datasets that every member may read. */
  readonly datasetFolders: readonly string[]
  /** Development profile: a marked issuer, and errors that say more. */
  readonly development: boolean
  /** 32 bytes for one purpose, derived from FAIRLEAD_SECRET (HKDF-SHA256). */
  deriveKey(purpose: string): Buffer
}

export interface OidcSettings {
  readonly issuer: string
  /** Where the issuer's metadata is read, when the issuer's own address is not reachable from inside. */
  readonly discoveryUrl: string
  readonly audience: string
  /** Values of `azp` or `client_id` that are accepted. */
  readonly clients: readonly string[]
  /** The claim of access tokens whose groups make memberships; undefined when none do. */
  readonly groupsClaim: string | undefined
}

/** How much people may store, and for how long an address to fetch it from is good. */
export interface FilesSettings {
  /** Of an organisation that has no quota of its own. */
  readonly quotaBytes: bigint
  readonly addressSeconds: number
}

/** RabbitMQ, and how it is reached over TLS. */
export interface AmqpSettings {
  /** "amqp://..." or "amqps://..." */
  readonly url: string
  /** Before the names of everything there, so that several installations can share a broker. */
  readonly namespace: string
  /** PEM of the authority that signed the broker's certificate; undefined for those that Node knows. */
  readonly caFile: string | undefined
  /** PEM of a certificate of ours and of its key; undefined when the broker asks for none. */
  readonly client: { readonly certificateFile: string; readonly keyFile: string } | undefined
}

export interface MailSettings {
  /** "smtp://..." or "smtps://..." */
  readonly smtpUrl: string
  /** "Name <address>", or an address. */
  readonly from: string
  /** Mails to one address within an hour; what is more waits. */
  readonly recipientHourlyLimit: number
}

export interface BackendSettings extends SharedSettings {
  readonly grpcAddress: Address
  readonly httpAddress: Address
  readonly oidc: OidcSettings
  /** Silence after which a stream sends a heartbeat. */
  readonly heartbeatSeconds: number
  readonly files: FilesSettings
  /** Whether the workers of this installation send mail. */
  readonly mailEnabled: boolean
  /** RabbitMQ, where fixes go through a queue of it to the workers; undefined: they are written at once. */
  readonly locationQueue: AmqpSettings | undefined
  /** Where pods get their inputs and leave their outputs; undefined: the workers of this installation run no containers. */
  readonly stagingAddress: Address | undefined
  /** Prefixes of the images that algorithms may have; none: there can be no algorithms. */
  readonly algorithmRegistries: readonly string[]
  /** Accounts whose signed requests are done; none: nobody's are. */
  readonly computeProviders: readonly ComputeProvider[]
}

export interface WorkerSettings extends SharedSettings {
  readonly httpAddress: Address
  /** Tasks run at the same time. */
  readonly concurrency: number
  /** Undefined: PostgreSQL carries events. */
  readonly amqp: AmqpSettings | undefined
  /** Undefined: no mail is sent. */
  readonly mail: MailSettings | undefined
  /** RabbitMQ, where fixes come through a queue of it; undefined: backends write them. */
  readonly locationQueue: AmqpSettings | undefined
  /** Undefined: this worker runs no containers. */
  readonly containers: ContainerSettings | undefined
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]
export type Environment = Readonly<Record<string, string | undefined>>

/** Says, for people, which variables are wrong, the limit each breaks, and the way out. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const namespace = z.string().regex(/^[a-z][a-z0-9.-]{0,60}$/, {
  error:
    'is not a namespace: a lower-case letter, then at most 60 letters, digits, "." and "-". Leave it out for fairlead.',
})

const sender = z.string().regex(/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, {
  error:
    'is not an address. Set it, for example to Fairlead <fairlead@example.org>, or leave it out to send no mail.',
})

const databaseVariables = {
  FAIRLEAD_DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'postgres://fairlead:PASSWORD@localhost:5432/fairlead',
  ),
  FAIRLEAD_LOG_LEVEL: z
    .enum(logLevels, { error: `is not one of ${logLevels.join(', ')}. Leave it out for info.` })
    .default('info'),
  FAIRLEAD_LOCATIONS_ENGINE: z
    .enum(['h3', 'postgis'], {
      error: 'is neither h3 nor postgis. Set one of the two, or leave it out for h3.',
    })
    .default('h3'),
}

const sharedVariables = {
  ...databaseVariables,
  FAIRLEAD_PUBLIC_URL: url(['http:', 'https:'], 'http://localhost:10000').transform((value) =>
    value.replace(/\/+$/, ''),
  ),
  FAIRLEAD_SECRET: required('the output of `openssl rand -base64 48`').min(32, {
    error:
      'is shorter than 32 characters. Set it to a random value, such as the output of `openssl rand -base64 48`.',
  }),
  FAIRLEAD_OBJECTS: z
    .enum(['filesystem', 's3'], { error: 'is neither filesystem nor s3. Set one of the two.' })
    .default('filesystem'),
  FAIRLEAD_OBJECTS_FOLDER: z.string().optional(),
  S3_ENDPOINT: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  FAIRLEAD_S3_BUCKET: z.string().optional(),
  FAIRLEAD_S3_PUBLIC_URL: optional(prefix('https://fairlead.example.org/objects')),
  FAIRLEAD_DATASETS: z
    .string()
    .default('')
    .transform(list(/:(?!\/\/)/)),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(prefix('http://collector:4318')),
  OTEL_TRACES_SAMPLER_ARG: share,
  FAIRLEAD_QUEUE_UNFINISHED_JOBS: wholeNumber(0, 1_000_000, 1_000),
  FAIRLEAD_QUEUE_PENDING_JOBS: wholeNumber(0, 1_000_000, 1_000),
  FAIRLEAD_QUEUE_EXECUTING_JOBS: wholeNumber(0, 1_000_000, 100),
  FAIRLEAD_QUEUE_RUNNING_TASKS: wholeNumber(0, 1_000_000, 0),
  FAIRLEAD_CLAMAV_HOST: optional(z.string()),
  FAIRLEAD_CLAMAV_PORT: wholeNumber(1, 65_535, 3310),
  FAIRLEAD_CLAMAV_STREAM_BYTES: wholeNumber(2 ** 20, 2 ** 32 - 1, 2 ** 30),
  FAIRLEAD_DEVELOPMENT: flag,
}

type SharedVariables = z.output<z.ZodObject<typeof sharedVariables>>

const objectsNeeds = {
  filesystem: ['FAIRLEAD_OBJECTS_FOLDER'],
  s3: ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'FAIRLEAD_S3_BUCKET'],
} as const

/** What the chosen object store needs, checked where the choice is known. */
function checkObjects(variables: SharedVariables, context: z.RefinementCtx): void {
  for (const name of objectsNeeds[variables.FAIRLEAD_OBJECTS]) {
    if ((variables[name] ?? '') !== '') continue
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `is not set, and FAIRLEAD_OBJECTS=${variables.FAIRLEAD_OBJECTS} needs it. Set it, or choose another FAIRLEAD_OBJECTS.`,
    })
  }
}

/** Two that are of no use alone. */
function checkPair<Name extends string>(
  variables: Readonly<Partial<Record<Name, string | undefined>>>,
  context: z.RefinementCtx,
  ...names: readonly [Name, Name]
): void {
  const missing = names.filter((name) => variables[name] === undefined)
  const [name] = missing
  if (name === undefined || missing.length > 1) return
  const other = names.find((one) => one !== name)
  context.addIssue({
    code: 'custom',
    path: [name],
    message: `is not set, and ${other} needs it. Set both, or neither.`,
  })
}

const brokerVariables = {
  AMQP_URL: optional(url(['amqp:', 'amqps:'], 'amqps://fairlead:PASSWORD@localhost:5671')),
  AMQP_NAMESPACE: optional(namespace).transform((value) => value ?? 'fairlead'),
  AMQP_CA_FILE: optional(readableFile),
  AMQP_CERTIFICATE_FILE: optional(readableFile),
  AMQP_KEY_FILE: optional(readableFile),
  FAIRLEAD_LOCATION_SINK: z
    .enum(['direct', 'amqp'], {
      error: 'is neither direct nor amqp. Set one of the two, or leave it out for direct.',
    })
    .default('direct'),
}

type BrokerVariables = z.output<z.ZodObject<typeof brokerVariables>>

/** What the broker needs, and what needs a broker. */
function checkBroker(variables: BrokerVariables, context: z.RefinementCtx): void {
  checkPair(variables, context, 'AMQP_CERTIFICATE_FILE', 'AMQP_KEY_FILE')
  if (variables.FAIRLEAD_LOCATION_SINK === 'amqp' && variables.AMQP_URL === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['AMQP_URL'],
      message:
        'is not set, and FAIRLEAD_LOCATION_SINK=amqp needs it. Set it, or leave FAIRLEAD_LOCATION_SINK out.',
    })
  }
}

const database = z.object(databaseVariables)
const backend = z
  .object({
    ...sharedVariables,
    ...brokerVariables,
    FAIRLEAD_GRPC_ADDRESS: address('127.0.0.1:10001'),
    FAIRLEAD_HTTP_ADDRESS: address('127.0.0.1:10002'),
    FAIRLEAD_OIDC_ISSUER: url(['http:', 'https:'], 'https://identity.example.org/realms/fairlead'),
    FAIRLEAD_OIDC_DISCOVERY_URL: url(
      ['http:', 'https:'],
      'http://identity:8080/.well-known/openid-configuration',
    ).optional(),
    FAIRLEAD_OIDC_AUDIENCE: z
      .string()
      .min(1, { error: 'is empty. Leave it out for fairlead.' })
      .default('fairlead'),
    FAIRLEAD_OIDC_CLIENTS: z
      .string()
      .default('fairlead-web,fairlead-cli')
      .transform(list(','))
      .refine((clients) => clients.length > 0, {
        error: 'names no client. List the allowed client ids, separated by commas.',
      }),
    FAIRLEAD_OIDC_GROUPS_CLAIM: optional(z.string()),
    // Clients take a stream for dead when it was silent for longer than 15 s.
    FAIRLEAD_HEARTBEAT_SECONDS: wholeNumber(1, 15, 10),
    FAIRLEAD_MAIL_FROM: optional(sender),
    FAIRLEAD_STORAGE_QUOTA_BYTES: wholeNumber(0, 1_125_899_906_842_624, 107_374_182_400),
    FAIRLEAD_FILE_ADDRESS_SECONDS: wholeNumber(5, 3600, 60),
    ...backendContainerVariables,
    FAIRLEAD_COMPUTE_PROVIDERS: z
      .string()
      .default('')
      .transform((value, context) => {
        try {
          return computeProviders(value)
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
          context.addIssue(error.message)
          return z.NEVER
        }
      }),
  })
  .superRefine((variables, context) => {
    checkObjects(variables, context)
    checkBroker(variables, context)
    checkStaging(variables, context)
  })
const worker = z
  .object({
    ...sharedVariables,
    FAIRLEAD_WORKER_HTTP_ADDRESS: address('127.0.0.1:10003'),
    FAIRLEAD_WORKER_CONCURRENCY: wholeNumber(1, 64, 2),
    ...brokerVariables,
    FAIRLEAD_SMTP_URL: optional(url(['smtp:', 'smtps:'], 'smtps://fairlead:PASSWORD@mail.example.org')),
    FAIRLEAD_MAIL_FROM: optional(sender),
    FAIRLEAD_MAIL_RECIPIENT_HOURLY_LIMIT: wholeNumber(1, 10_000, 20),
    ...workerContainerVariables,
  })
  .superRefine((variables, context) => {
    checkObjects(variables, context)
    checkContainers(variables, context)
    checkBroker(variables, context)
    if (variables.FAIRLEAD_SMTP_URL !== undefined && variables.FAIRLEAD_MAIL_FROM === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['FAIRLEAD_MAIL_FROM'],
        message:
          'is not set, and FAIRLEAD_SMTP_URL needs it. Set it, for example to Fairlead <fairlead@example.org>.',
      })
    }
  })
const shared = z.object(sharedVariables).superRefine(checkObjects)

/** For migrate and seed. */
export function databaseSettings(env: Environment = process.env): DatabaseSettings {
  const variables = parse(database, env)
  return Object.freeze({
    databaseUrl: variables.FAIRLEAD_DATABASE_URL,
    logLevel: variables.FAIRLEAD_LOG_LEVEL,
    locationsEngine: variables.FAIRLEAD_LOCATIONS_ENGINE,
  })
}

/** For command line programs that work beside backend and worker, such as the datasets command. */
export function sharedSettings(env: Environment = process.env): SharedSettings {
  return Object.freeze(sharedOf(parse(shared, env)))
}

export function backendSettings(env: Environment = process.env): BackendSettings {
  const variables = parse(backend, env)
  const issuer = variables.FAIRLEAD_OIDC_ISSUER
  return Object.freeze({
    ...sharedOf(variables),
    grpcAddress: Object.freeze(variables.FAIRLEAD_GRPC_ADDRESS),
    httpAddress: Object.freeze(variables.FAIRLEAD_HTTP_ADDRESS),
    oidc: Object.freeze({
      issuer,
      discoveryUrl:
        variables.FAIRLEAD_OIDC_DISCOVERY_URL ??
        `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      audience: variables.FAIRLEAD_OIDC_AUDIENCE,
      clients: Object.freeze(variables.FAIRLEAD_OIDC_CLIENTS),
      groupsClaim: variables.FAIRLEAD_OIDC_GROUPS_CLAIM,
    }),
    heartbeatSeconds: variables.FAIRLEAD_HEARTBEAT_SECONDS,
    files: Object.freeze({
      quotaBytes: BigInt(variables.FAIRLEAD_STORAGE_QUOTA_BYTES),
      addressSeconds: variables.FAIRLEAD_FILE_ADDRESS_SECONDS,
    }),
    mailEnabled: variables.FAIRLEAD_MAIL_FROM !== undefined,
    locationQueue: Object.freeze(locationQueueOf(variables)),
    stagingAddress:
      variables.FAIRLEAD_KUBERNETES_NAMESPACE === undefined
        ? undefined
        : Object.freeze(variables.FAIRLEAD_STAGING_ADDRESS),
    algorithmRegistries: Object.freeze(variables.FAIRLEAD_ALGORITHM_REGISTRIES),
    computeProviders: Object.freeze(variables.FAIRLEAD_COMPUTE_PROVIDERS),
  })
}

export function workerSettings(env: Environment = process.env): WorkerSettings {
  const variables = parse(worker, env)
  return Object.freeze({
    ...sharedOf(variables),
    httpAddress: Object.freeze(variables.FAIRLEAD_WORKER_HTTP_ADDRESS),
    concurrency: variables.FAIRLEAD_WORKER_CONCURRENCY,
    amqp: Object.freeze(amqpOf(variables)),
    mail: Object.freeze(mailOf(variables)),
    locationQueue: Object.freeze(locationQueueOf(variables)),
    containers: Object.freeze(containersOf(variables)),
  })
}

type WorkerVariables = z.output<typeof worker>

function locationQueueOf(variables: BrokerVariables): AmqpSettings | undefined {
  return variables.FAIRLEAD_LOCATION_SINK === 'amqp' ? amqpOf(variables) : undefined
}

function amqpOf(variables: BrokerVariables): AmqpSettings | undefined {
  const { AMQP_URL: url, AMQP_CERTIFICATE_FILE: certificateFile, AMQP_KEY_FILE: keyFile } = variables
  if (url === undefined) return undefined
  return {
    url,
    namespace: variables.AMQP_NAMESPACE,
    caFile: variables.AMQP_CA_FILE,
    client: certificateFile === undefined || keyFile === undefined ? undefined : { certificateFile, keyFile },
  }
}

function mailOf(variables: WorkerVariables): MailSettings | undefined {
  const { FAIRLEAD_SMTP_URL: smtpUrl, FAIRLEAD_MAIL_FROM: from } = variables
  if (smtpUrl === undefined || from === undefined) return undefined
  return { smtpUrl, from, recipientHourlyLimit: variables.FAIRLEAD_MAIL_RECIPIENT_HOURLY_LIMIT }
}

function sharedOf(variables: SharedVariables): SharedSettings {
  const secret = variables.FAIRLEAD_SECRET
  return {
    databaseUrl: variables.FAIRLEAD_DATABASE_URL,
    logLevel: variables.FAIRLEAD_LOG_LEVEL,
    locationsEngine: variables.FAIRLEAD_LOCATIONS_ENGINE,
    publicUrl: variables.FAIRLEAD_PUBLIC_URL,
    objects: Object.freeze(objectsOf(variables)),
    s3: Object.freeze(s3Of(variables)),
    queue: Object.freeze({
      unfinishedJobs: variables.FAIRLEAD_QUEUE_UNFINISHED_JOBS,
      pendingJobs: variables.FAIRLEAD_QUEUE_PENDING_JOBS,
      executingJobs: variables.FAIRLEAD_QUEUE_EXECUTING_JOBS,
      runningTasks: variables.FAIRLEAD_QUEUE_RUNNING_TASKS,
    }),
    scanner: Object.freeze(scannerOf(variables)),
    traces: Object.freeze(tracesOf(variables)),
    datasetFolders: Object.freeze(variables.FAIRLEAD_DATASETS),
    development: variables.FAIRLEAD_DEVELOPMENT,
    deriveKey: (purpose) => Buffer.from(hkdfSync('sha256', secret, 'fairlead', purpose, 32)),
  }
}

function scannerOf(variables: SharedVariables): ScannerSettings | undefined {
  const host = variables.FAIRLEAD_CLAMAV_HOST
  if (host === undefined) return undefined
  return {
    host,
    port: variables.FAIRLEAD_CLAMAV_PORT,
    streamBytes: variables.FAIRLEAD_CLAMAV_STREAM_BYTES,
  }
}

function tracesOf(variables: SharedVariables): TraceSettings | undefined {
  const endpoint = variables.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint === undefined ? undefined : { endpoint, ratio: variables.OTEL_TRACES_SAMPLER_ARG }
}

function objectsOf(variables: SharedVariables): ObjectsSettings {
  if (variables.FAIRLEAD_OBJECTS === 'filesystem') {
    return { kind: 'filesystem', folder: variables.FAIRLEAD_OBJECTS_FOLDER ?? '' }
  }
  const s3 = s3Of(variables)
  if (s3 === undefined) throw new Error('checkObjects let an object store without credentials pass')
  return {
    kind: 's3',
    bucket: variables.FAIRLEAD_S3_BUCKET ?? '',
    publicUrl: variables.FAIRLEAD_S3_PUBLIC_URL,
    ...s3,
  }
}

function s3Of(variables: SharedVariables): S3Settings | undefined {
  const accessKeyId = variables.S3_ACCESS_KEY_ID ?? ''
  const secretAccessKey = variables.S3_SECRET_ACCESS_KEY ?? ''
  if (accessKeyId === '' || secretAccessKey === '') return undefined
  const endpoint = variables.S3_ENDPOINT === '' ? undefined : variables.S3_ENDPOINT
  return { endpoint, region: variables.S3_REGION, accessKeyId, secretAccessKey }
}

function parse<Schema extends z.ZodType>(schema: Schema, env: Environment): z.output<Schema> {
  const result = schema.safeParse(env)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  throw new SettingsError(lines.join('\n'))
}
