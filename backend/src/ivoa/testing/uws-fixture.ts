import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createObjects } from '../../adapters/objects/create-objects.ts'
import { createIdentityReader } from '../../modules/identity/index.ts'
import { createJobsModule } from '../../modules/jobs/index.ts'
import { silent } from '../../modules/jobs/testing/jobs-fixture.ts'
import { probeService } from '../../modules/jobs/testing/probe-service.ts'
import { startProbeWorker } from '../../modules/jobs/testing/start-probe-worker.ts'
import { localCalls } from '../../server/local-calls.ts'
import { pageTokens } from '../../server/page-token.ts'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { ivoaRoute } from '../http/index.ts'
import { UwsJobs, type UwsJobsOptions, uwsRoute } from '../uws/index.ts'
import { httpFixture, type RawAnswer, type RawRequest, rawRequest } from './http-fixture.ts'

/** What clients are told to use; the tests' server stands elsewhere. */
export const PUBLIC_URL = 'https://data.example.org'

export interface UwsFixture {
  readonly backend: TestBackend
  readonly origin: string
  /** Every XML document that was answered, in order. */
  readonly documents: string[]
  /** Open watches of jobs. */
  watchers(): number
  token(name: string): Promise<string>
  /** A request as alice, or as who is named; nobody when it is empty. */
  send(path: string, options?: RawRequest & { readonly as?: string }): Promise<RawAnswer>
  get(path: string, as?: string): Promise<RawAnswer>
  post(path: string, form: string, as?: string): Promise<RawAnswer>
  /** Runs what is queued, until the fixture ends. */
  startWorker(): Promise<void>
  stop(): Promise<void>
}

/** The path of an address that a client was told. */
export function pathOf(address: unknown): string {
  if (typeof address !== 'string' || !address.startsWith(`${PUBLIC_URL}/`)) {
    throw new Error(`${String(address)} is not an address below ${PUBLIC_URL}`)
  }
  return address.slice(PUBLIC_URL.length)
}

/** UWS over a whole backend that knows one service, the probe. */
export async function uwsFixture(options: Partial<UwsJobsOptions> = {}): Promise<UwsFixture> {
  const releasers = new AsyncDisposableStack()
  const person = (name: string, role: 'SUBMITTER' | 'ADMINISTRATOR' | 'MEMBER') => ({
    email: `${name}@example.org`,
    role,
  })
  const backend = await startTestBackend({
    organizations: [
      {
        slug: 'observatory',
        displayName: 'Observatory',
        kind: 'MEMBER',
        members: [
          person('alice', 'SUBMITTER'),
          person('bob', 'SUBMITTER'),
          person('carol', 'ADMINISTRATOR'),
          person('mallory', 'MEMBER'),
        ],
      },
      { slug: 'elsewhere', displayName: 'Elsewhere', kind: 'MEMBER', members: [person('dave', 'SUBMITTER')] },
    ],
  })
  releasers.defer(() => backend.stop())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-uws-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const { dataSource, url: databaseUrl } = backend.database
  const { objects, routes } = createObjects(
    { kind: 'filesystem', folder: join(folder, 'objects') },
    Buffer.alloc(32, 1),
  )
  releasers.defer(() => objects.close())
  const people = createIdentityReader(dataSource)
  const jobs = await createJobsModule({
    dataSource,
    databaseUrl,
    objects,
    datasets: { readable: async () => undefined },
    people,
    organizations: people,
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
    services: [probeService],
    heartbeatMs: 1_000,
    log: silent,
  })
  releasers.defer(() => jobs.close())
  const { environment } = backend.modules
  const calls = localCalls(jobs.services, { ...environment, sharedResources: jobs.sharedResources })
  const uws = new UwsJobs({ calls, publicUrl: PUBLIC_URL, ...options })
  const mounted = ivoaRoute({
    prefix: '/elsewhere/async',
    async handle(exchange) {
      const list = {
        address: `${PUBLIC_URL}/elsewhere/async`,
        parent: 'organizations/observatory',
        service: 'probe',
      }
      await uws.serve(exchange, list, exchange.path.slice(2))
    },
  })
  const server = await httpFixture([...routes, uwsRoute(uws, calls, PUBLIC_URL), mounted])
  releasers.defer(() => server.stop())

  const documents: string[] = []
  const send: UwsFixture['send'] = async (path, { as = 'alice', headers = {}, ...request } = {}) => {
    const signedIn: Record<string, string> =
      as === '' ? {} : { authorization: `Bearer ${await backend.issuer.tokenOf(as)}` }
    const answer = await rawRequest(server.origin, path, {
      ...request,
      headers: { ...signedIn, ...headers },
    })
    if (answer.body.startsWith('<?xml')) documents.push(answer.body)
    return answer
  }
  return {
    backend,
    origin: server.origin,
    documents,
    watchers: () => jobs.watch.watchers,
    token: (name) => backend.issuer.tokenOf(name),
    send,
    get: (path, as = 'alice') => send(path, { as }),
    post: (path, form, as = 'alice') =>
      send(path, {
        as,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      }),
    startWorker: () => startProbeWorker({ databaseUrl, dataSource, objects, folder }, releasers),
    stop: () => releasers.disposeAsync(),
  }
}
