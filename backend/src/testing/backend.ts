import { Client, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { BackendModules } from '../backend-modules.ts'
import { createLog } from '../log.ts'
import { readSeed, type Seed, seedIdentity } from '../modules/identity/index.ts'
import type { Objects } from '../ports/objects.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { startTestIssuer, type TestIssuer } from './issuer.ts'
import { serveBackend } from './serve-backend.ts'

export interface TestBackend {
  readonly database: TestDatabase
  readonly issuer: TestIssuer
  readonly modules: BackendModules
  /** The store, whose addresses nobody serves here. */
  readonly objects: Objects
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
  const log = options.log ?? createLog({ name: 'test', level: process.env['FAIRLEAD_LOG_LEVEL'] ?? 'silent' })
  const { dataSource, url } = database
  await seedIdentity(dataSource, readSeed(seed))
  const oidc = { ...issuer.oidc, groupsClaim: options.groupsClaim }
  const { modules, objects, address, metrics } = await serveBackend({ url, dataSource, oidc, log }, releasers)
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  })
  releasers.defer(() => client.close())

  return {
    database,
    issuer,
    modules,
    objects,
    address,
    client,
    metrics,
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
