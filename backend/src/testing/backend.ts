import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import { createDatasetFiles } from '../adapters/dataset-files/dataset-files.ts'
import { createObjects } from '../adapters/objects/create-objects.ts'
import { type BackendModules, createBackendModules } from '../backend-modules.ts'
import { listen } from '../database/index.ts'
import { createLog } from '../log.ts'
import { IDENTITY_CHANNEL, readSeed, type Seed, seedIdentity } from '../modules/identity/index.ts'
import { createGrpcServer } from '../server/grpc-server.ts'
import { createServerMetrics } from '../server/server-metrics.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { startTestIssuer, type TestIssuer } from './issuer.ts'

export interface TestBackend {
  readonly database: TestDatabase
  readonly issuer: TestIssuer
  readonly modules: BackendModules
  /** Of the gRPC server. */
  readonly address: string
  /** What /metrics would say. */
  metrics(): Promise<string>
  /** Calls a unary method with a bearer token, or with none. Rejects with grpc-js's ServiceError. */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    token?: string,
  ): Promise<Response>
  /** A client for what `call` does not offer; closed with the backend. */
  readonly client: Client
  stop(): Promise<void>
}

export interface TestBackendOptions {
  /** The claim whose groups make memberships. Default: none does. */
  readonly groupsClaim?: string
  /** Default: silent. */
  readonly log?: Logger
}

/** The whole backend, as main.ts runs it, on a database and an issuer of its own. */
export async function startTestBackend(seed: Seed, options: TestBackendOptions = {}): Promise<TestBackend> {
  const releasers = new AsyncDisposableStack()
  const database = await createTestDatabase()
  releasers.defer(() => database.drop())
  const issuer = await startTestIssuer()
  releasers.defer(() => issuer.stop())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-backend-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const log = options.log ?? createLog({ name: 'test', level: process.env['FAIRLEAD_LOG_LEVEL'] ?? 'silent' })
  const { dataSource, url } = database
  await seedIdentity(dataSource, readSeed(seed))
  const listener = await listen(url, { channels: [IDENTITY_CHANNEL] })
  releasers.defer(() => listener.close())
  const { objects } = createObjects({ kind: 'filesystem', folder }, Buffer.alloc(32, 1))
  releasers.defer(() => objects.close())
  const metrics = createServerMetrics()
  const modules = await createBackendModules(
    {
      dataSource,
      databaseUrl: url,
      listener,
      oidc: { ...issuer.oidc, groupsClaim: options.groupsClaim },
      issuerKeys: { cooldownMs: 0 },
      objects,
      files: createDatasetFiles({}),
      deriveKey: (purpose) => Buffer.alloc(32, purpose),
      heartbeatSeconds: 1,
      publicUrl: 'https://fairlead.example.org',
      mailEnabled: true,
      log,
      metrics,
    },
    releasers,
  )
  const server = createGrpcServer(modules.services, modules.environment)
  releasers.defer(() => server.stop())
  const address = `127.0.0.1:${await server.start({ host: '127.0.0.1', port: 0 })}`
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  })
  releasers.defer(() => client.close())

  return {
    database,
    issuer,
    modules,
    address,
    client,
    metrics: () => metrics.registry.metrics(),
    call: (method, request, token) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = method
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          bearer(token),
          (error, response) => {
            if (error !== null) reject(error)
            else if (response === undefined) reject(new Error('neither an error nor a response'))
            else resolve(response)
          },
        )
      }),
    stop: () => releasers.disposeAsync(),
  }
}

export function bearer(token: string | undefined): Metadata {
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  return metadata
}
