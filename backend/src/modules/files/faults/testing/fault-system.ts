import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js'
import {
  type ChosenObjects,
  createObjects,
  type ObjectsSettings,
} from '../../../../adapters/objects/create-objects.ts'
import { createS3Client } from '../../../../adapters/s3/s3-client.ts'
import { s3TestOptions } from '../../../../adapters/s3/s3-test-client.ts'
import { bearer } from '../../../../testing/backend.ts'
import { createTestDatabase, type TestDatabase } from '../../../../testing/database.ts'
import { startTestIssuer, type TestIssuer } from '../../../../testing/issuer.ts'
import { insertTestDevice } from '../../../../testing/test-device.ts'
import { readSeed, seedIdentity } from '../../../identity/index.ts'
import { NodeProcess } from './node-process.ts'
import { TcpProxy } from './tcp-proxy.ts'

export type StoreKind = 'filesystem' | 's3'

export interface FaultSystemOptions {
  readonly store: StoreKind
  /** Whether clamd scans; otherwise scanning is disabled. */
  readonly scans: boolean
  /** Where a store of the filesystem stands. Default: a folder of its own. */
  readonly folder?: string
}

/** Who may do what, in two organisations and at the operator's. */
const people = {
  lab: { alice: 'SUBMITTER', bob: 'ADMINISTRATOR', carol: 'TREASURER', mallory: 'MEMBER' },
  other: { dave: 'SUBMITTER', eve: 'ADMINISTRATOR' },
  operator: { olivia: 'ADMINISTRATOR', oscar: 'ANALYST', diana: 'DIRECTOR' },
} as const

export type PersonName =
  | keyof (typeof people)['lab']
  | keyof (typeof people)['other']
  | keyof (typeof people)['operator']

/** The backend and a worker as processes, over a store and a scanner that tests can take away. */
export class FaultSystem {
  readonly database: TestDatabase
  readonly issuer: TestIssuer
  readonly kind: StoreKind
  /** The store, past the proxy: what is really there. */
  readonly store: ChosenObjects
  /** Between the processes and the store; undefined where the store is a folder. */
  readonly storeProxy: TcpProxy | undefined
  /** Between the worker and clamd; undefined where nothing scans. */
  readonly scannerProxy: TcpProxy | undefined
  /** Of a store that is a folder. */
  readonly folder: string
  /** Of a store with buckets. */
  readonly bucket: string
  readonly #env: Readonly<Record<string, string>>
  readonly #tokens = new Map<string, string>()
  readonly #releasers: AsyncDisposableStack
  #backend: NodeProcess | undefined
  #client: Client | undefined
  #worker: NodeProcess | undefined

  private constructor(parts: {
    database: TestDatabase
    issuer: TestIssuer
    kind: StoreKind
    store: ChosenObjects
    storeProxy: TcpProxy | undefined
    scannerProxy: TcpProxy | undefined
    folder: string
    bucket: string
    env: Readonly<Record<string, string>>
    releasers: AsyncDisposableStack
  }) {
    this.database = parts.database
    this.issuer = parts.issuer
    this.kind = parts.kind
    this.store = parts.store
    this.storeProxy = parts.storeProxy
    this.scannerProxy = parts.scannerProxy
    this.folder = parts.folder
    this.bucket = parts.bucket
    this.#env = parts.env
    this.#releasers = parts.releasers
  }

  static async start({ store: kind, scans, folder: given }: FaultSystemOptions): Promise<FaultSystem> {
    const releasers = new AsyncDisposableStack()
    try {
      const database = await createTestDatabase()
      releasers.defer(() => database.drop())
      const issuer = await startTestIssuer()
      releasers.defer(() => issuer.stop())
      await seedIdentity(database.dataSource, readSeed(seed()))
      const folder = given ?? (await mkdtemp(join(tmpdir(), 'fairlead-faults-')))
      if (given === undefined) releasers.defer(() => rm(folder, { recursive: true, force: true }))
      const secret = randomBytes(32).toString('hex')
      const storeProxy = kind === 's3' ? await proxyOf(s3TestOptions().endpoint ?? '') : undefined
      if (storeProxy !== undefined) releasers.defer(() => storeProxy.stop())
      const scannerProxy = scans
        ? await TcpProxy.start({
            host: process.env['CLAMAV_HOST'] ?? '',
            port: Number(process.env['CLAMAV_PORT']),
          })
        : undefined
      if (scannerProxy !== undefined) releasers.defer(() => scannerProxy.stop())
      const settings = await storeSettings(kind, folder)
      const store = createObjects(settings, Buffer.alloc(32))
      releasers.defer(() => store.objects.close())
      const system = new FaultSystem({
        database,
        issuer,
        kind,
        store,
        storeProxy,
        scannerProxy,
        folder,
        bucket: settings.kind === 's3' ? settings.bucket : '',
        env: environment(database, issuer, secret, settings, storeProxy, scannerProxy),
        releasers,
      })
      releasers.defer(() => system.#stopProcesses())
      await Promise.all([system.startBackend(), system.startWorker()])
      await system.#signInEveryone()
      return system
    } catch (error) {
      await releasers.disposeAsync()
      throw error
    }
  }

  stop(): Promise<void> {
    return this.#releasers.disposeAsync()
  }

  token(name: PersonName): string {
    const token = this.#tokens.get(name)
    if (token === undefined) throw new Error(`no token of ${name}`)
    return token
  }

  /** Every kind of token by who has it; one of them is none at all, and one is expired. */
  get tokens(): ReadonlyMap<string, string | undefined> {
    return new Map<string, string | undefined>([...this.#tokens, ['nobody', undefined]])
  }

  /** Of the backend's HTTP server. */
  get httpUrl(): string {
    return `http://127.0.0.1:${this.#running().port('httpPort')}`
  }

  /** Where content under a key would stand for somebody who needs no signature. */
  bareUrl(key: string): string {
    return this.kind === 's3'
      ? `http://127.0.0.1:${this.storeProxy?.port}/${this.bucket}/${key}`
      : `${this.httpUrl}/objects/${key}`
  }

  /** Where a signed address leads. */
  absolute(url: string): string {
    return url.startsWith('/') ? `${this.httpUrl}${url}` : url
  }

  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    token: string | undefined,
  ): Promise<Response> {
    const client = this.#client
    if (client === undefined) throw new Error('the backend does not run')
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        bearer(token),
        (error, response) => {
          if (error !== null) reject(error)
          else if (response === undefined) reject(new Error('neither an error nor a response'))
          else resolve(response)
        },
      )
    })
  }

  /** The bytes of the answer, whatever they say; undefined when it is a failure. */
  async raw(
    method: ServiceDefinition[string],
    request: unknown,
    token: string | undefined,
  ): Promise<Buffer | undefined> {
    const untyped = { ...method, responseDeserialize: (bytes: Buffer) => bytes }
    return this.call(untyped as unknown as MethodDefinition<unknown, Buffer>, request, token).then(
      (bytes) => bytes,
      () => undefined,
    )
  }

  async startBackend(): Promise<void> {
    this.#backend = await NodeProcess.start('main.ts', 'the backend is ready', this.#env)
    this.#client = new Client(`127.0.0.1:${this.#backend.port('grpcPort')}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  async startWorker(): Promise<void> {
    this.#worker = await NodeProcess.start('worker.ts', 'the worker is ready', this.#env)
  }

  async killWorker(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.kill()
  }

  async #stopProcesses(): Promise<void> {
    this.#client?.close()
    await Promise.all([this.#backend?.stop(), this.#worker?.stop()])
  }

  #running(): NodeProcess {
    if (this.#backend === undefined) throw new Error('the backend does not run')
    return this.#backend
  }

  async #signInEveryone(): Promise<void> {
    const names = Object.values(people).flatMap((members) => Object.keys(members))
    for (const name of [...names, 'stranger']) {
      const token = await this.issuer.tokenOf(name)
      this.#tokens.set(name, token)
      await this.call(IdentityServiceService.getCaller, {}, token)
    }
    const { dataSource } = this.database
    this.#tokens.set('device', (await insertTestDevice(dataSource, 'lab')).token)
    this.#tokens.set('reading token of alice', await this.#apiToken('alice', ['files.read']))
    this.#tokens.set(
      'token of bob',
      await this.#apiToken('bob', ['files.read', 'files.write', 'files.manage']),
    )
    const now = Math.floor(Date.now() / 1000)
    this.#tokens.set(
      'alice, expired',
      await this.issuer.sign({ sub: 'dev-alice', iat: now - 900, exp: now - 300 }),
    )
  }

  async #apiToken(owner: PersonName, scopes: string[]): Promise<string> {
    const { secret } = await this.call(
      IdentityServiceService.createApiToken,
      { displayName: `${owner} ${scopes.length}`, scopes, lifetimeDays: 1 },
      this.#tokens.get(owner),
    )
    return secret
  }
}

function seed() {
  const member = ([name, role]: readonly [string, string]) => ({
    email: `${name}@example.org`,
    displayName: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    role,
  })
  return {
    organizations: Object.entries(people).map(([slug, members]) => ({
      slug,
      displayName: `The ${slug}`,
      kind: slug === 'operator' ? ('OPERATOR' as const) : ('MEMBER' as const),
      members: Object.entries(members).map(member),
    })),
  }
}

async function proxyOf(endpoint: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(endpoint)
  return TcpProxy.start({ host: hostname, port: Number(port) })
}

async function storeSettings(kind: StoreKind, folder: string): Promise<ObjectsSettings> {
  if (kind === 'filesystem') return { kind, folder }
  const bucket = `fairlead-faults-${randomBytes(6).toString('hex')}`
  const client = createS3Client(s3TestOptions())
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return { kind, bucket, publicUrl: undefined, ...s3TestOptions() }
}

function environment(
  database: TestDatabase,
  issuer: TestIssuer,
  secret: string,
  settings: ObjectsSettings,
  storeProxy: TcpProxy | undefined,
  scannerProxy: TcpProxy | undefined,
): Record<string, string> {
  return {
    FAIRLEAD_DATABASE_URL: database.url,
    FAIRLEAD_GRPC_ADDRESS: '127.0.0.1:0',
    FAIRLEAD_HTTP_ADDRESS: '127.0.0.1:0',
    FAIRLEAD_WORKER_HTTP_ADDRESS: '127.0.0.1:0',
    FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
    FAIRLEAD_OIDC_ISSUER: issuer.oidc.issuer,
    FAIRLEAD_SECRET: secret,
    FAIRLEAD_LOG_LEVEL: 'info',
    ...(settings.kind === 'filesystem'
      ? { FAIRLEAD_OBJECTS: 'filesystem', FAIRLEAD_OBJECTS_FOLDER: settings.folder }
      : {
          FAIRLEAD_OBJECTS: 's3',
          FAIRLEAD_S3_BUCKET: settings.bucket,
          S3_ENDPOINT: `http://127.0.0.1:${storeProxy?.port}`,
          S3_REGION: settings.region,
          S3_ACCESS_KEY_ID: settings.accessKeyId,
          S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
        }),
    ...(scannerProxy === undefined
      ? {}
      : { FAIRLEAD_CLAMAV_HOST: '127.0.0.1', FAIRLEAD_CLAMAV_PORT: String(scannerProxy.port) }),
  }
}
