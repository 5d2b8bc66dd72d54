import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import {
  AlgorithmServiceService,
  type AlgorithmSpec,
} from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { createObjects } from '../../../../adapters/objects/create-objects.ts'
import {
  httpFixture,
  type RawAnswer,
  type RawRequest,
  rawRequest,
} from '../../../../ivoa/testing/http-fixture.ts'
import type { LocalCall, LocalCalls } from '../../../../server/local-calls.ts'
import { pageTokens } from '../../../../server/page-token.ts'
import { startTestBackend, type TestBackend } from '../../../../testing/backend.ts'
import { createIdentityReader } from '../../../identity/index.ts'
import { createJobsModule } from '../../../jobs/index.ts'
import { silent } from '../../../jobs/testing/jobs-fixture.ts'
import { probeService } from '../../../jobs/testing/probe-service.ts'
import { startProbeWorker } from '../../../jobs/testing/start-probe-worker.ts'
import { createWorkflowsModule } from '../../create-workflows-module.ts'
import type { ContainersAvailable } from '../../environments/containers-available.ts'
import { planWorkflows } from '../../service/run-planner.ts'
import { workflowService } from '../../service/workflow-service.ts'
import type { ComputeProvider } from '../compute-provider.ts'
import { noteOperatorJob } from '../operator-jobs.ts'
import { operatorRoute } from '../operator-route.ts'
import { providerCalls } from '../provider-calls.ts'
import { type ProviderAccount, providerAccount } from './provider-account.ts'

const PUBLIC_URL = 'https://data.example.org'
const PROBE = 'probe'
export const REGISTRY = 'registry.example.org/science'

export interface OperatorAnswer extends RawAnswer {
  readonly json: unknown
}

/** What every organisation here may read. */
const datasets = ['tile-1', 'tile-2', 'tile-3'].map((id) => ({
  id,
  location: {},
  hdu: 0,
  header: [],
  axes: [1, 1],
  bitpix: 16,
  unavailableReason: undefined,
}))

/** What a client sends, without nonce and signature. */
export type OperatorFields = Readonly<Record<string, unknown>> & {
  readonly owner?: string
  readonly jobId?: string
}

export interface OperatorFixture {
  readonly backend: TestBackend
  /** Of observatory, of elsewhere, and of someone who has left. */
  readonly providers: Readonly<Record<'near' | 'far' | 'gone', ProviderAccount>>
  readonly stranger: ProviderAccount
  /** The services' methods in the name of a provider's user. */
  readonly calls: LocalCalls
  as(provider: ProviderAccount): LocalCall
  /** A nonce that was not given before. */
  nonce(): string
  signed(fields: OperatorFields, by?: ProviderAccount, nonce?: string): Record<string, unknown>
  /** As it is, below /api/v1/operator/. */
  raw(path: string, request?: RawRequest): Promise<OperatorAnswer>
  /** JSON in the body; in the query for GET. */
  send(method: string, path: string, fields: OperatorFields): Promise<OperatorAnswer>
  /** A job of the probe that a provider has, whoever may have started it; its id. */
  job(act: string, of?: { provider?: ProviderAccount; owner?: string; agreementId?: string }): Promise<string>
  /** An approved algorithm of a provider's user; its reference. */
  algorithm(id: string, spec?: Partial<AlgorithmSpec>, by?: ProviderAccount): Promise<string>
  /** Runs what is queued, until the fixture ends. */
  startWorker(): Promise<void>
  /** Resolves when the job's status is this one; fails after a while. */
  until(jobId: string, status: number): Promise<void>
  stop(): Promise<void>
}

/** The interface over a backend's jobs and workflows, with one service beside these, the probe. */
export async function operatorFixture(
  settings: {
    readonly providers?: readonly ComputeProvider[]
    readonly containers?: ContainersAvailable
  } = {},
): Promise<OperatorFixture> {
  const releasers = new AsyncDisposableStack()
  const member = (name: string) => ({ email: `${name}@example.org`, role: 'SUBMITTER' as const })
  const backend = await startTestBackend({
    organizations: [
      { slug: 'observatory', displayName: 'Observatory', kind: 'MEMBER', members: [member('robot')] },
      { slug: 'elsewhere', displayName: 'Elsewhere', kind: 'MEMBER', members: [member('drone')] },
    ],
  })
  releasers.defer(() => backend.stop())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-operator-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const { dataSource, url: databaseUrl } = backend.database
  const { objects } = createObjects(
    { kind: 'filesystem', folder: join(folder, 'objects') },
    Buffer.alloc(32, 1),
  )
  releasers.defer(() => objects.close())
  const people = createIdentityReader(dataSource)
  const { environment } = backend.modules
  const common = {
    dataSource,
    databaseUrl,
    objects,
    datasets: {
      readable: async (_organization: string, id: string) => datasets.find((each) => each.id === id),
    },
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
    heartbeatMs: 1_000,
    log: silent,
  }
  const containers = settings.containers ?? { available: true }
  const registries = [REGISTRY]
  const files = {
    async released(): Promise<never> {
      throw new Error('nothing here names files')
    },
  }
  const jobs = await createJobsModule({
    ...common,
    people,
    organizations: people,
    services: [probeService, workflowService],
    workflows: planWorkflows({ dataSource, identity: people, files, containers, registries }),
  })
  releasers.defer(() => jobs.close())
  const workflows = await createWorkflowsModule({
    ...common,
    jobs,
    contracts: environment.contracts,
    containers,
    registries,
  })
  releasers.defer(() => workflows.close())
  const accounts = {
    near: account(),
    far: account(),
    gone: account(),
  }
  const providers = settings.providers ?? [
    { address: accounts.near.address, organization: 'observatory', email: 'robot@example.org' },
    { address: accounts.far.address, organization: 'elsewhere', email: 'drone@example.org' },
    { address: accounts.gone.address, organization: 'observatory', email: 'drone@example.org' },
  ]
  const services = [...jobs.services, ...workflows.services]
  const server = await httpFixture([
    operatorRoute({ dataSource, objects, services, environment, people, providers, publicUrl: PUBLIC_URL }),
  ])
  releasers.defer(() => server.stop())
  const byAddress = new Map(providers.map((provider) => [provider.address, provider]))
  const calls = providerCalls(services, environment, byAddress, people)

  const as = ({ address }: ProviderAccount): LocalCall => ({
    authorization: address,
    requestId: 'test',
    signal: new AbortController().signal,
  })
  let last = Date.now()
  const nonce = () => {
    last += 1
    return String(last)
  }
  const raw: OperatorFixture['raw'] = async (path, request) => {
    const answer = await rawRequest(server.origin, `/api/v1/operator/${path}`, request)
    const isJson = answer.headers['content-type'] === 'application/json'
    return { ...answer, json: isJson ? JSON.parse(answer.body) : undefined }
  }
  const fixture: OperatorFixture = {
    backend,
    providers: accounts,
    stranger: account(),
    calls,
    as,
    nonce,
    signed(fields, by = accounts.near, given = nonce()) {
      const text = `${fields.owner ?? ''}${fields.jobId ?? ''}${given}`
      return { ...fields, nonce: given, providerSignature: by.sign(text) }
    },
    raw,
    send(method, path, fields) {
      const texts = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])
      return method === 'GET'
        ? raw(`${path}?${new URLSearchParams(texts)}`)
        : raw(path, { method, ...json(fields) })
    },
    async job(act, { provider = accounts.near, owner = '0xowner', agreementId = '0xagreement' } = {}) {
      const call = as(provider)
      const { name } = await calls.unary(
        JobServiceService.createJob,
        {
          parent: `organizations/${byAddress.get(provider.address)?.organization}`,
          service: PROBE,
          parameters: [{ name: 'ACT', value: act }],
          runId: '',
          executionDuration: undefined,
          destructionTime: undefined,
          keepPending: true,
          requestId: '',
        },
        call,
      )
      const jobId = name.split('/').at(-1) ?? ''
      const known = { jobId, agreementId, owner, provider: provider.address, environment: 'small' }
      if (!(await noteOperatorJob(dataSource, known))) throw new Error('the agreement is in use')
      await calls.unary(JobServiceService.runJob, { name }, call)
      return jobId
    },
    async algorithm(algorithmId, spec = {}, by = accounts.near) {
      const parent = `organizations/${byAddress.get(by.address)?.organization}`
      const whole = { ...anAlgorithm, image: `${REGISTRY}/${algorithmId}@sha256:${'a'.repeat(64)}`, ...spec }
      const { name, reference } = await calls.unary(
        AlgorithmServiceService.registerAlgorithm,
        { parent, algorithmId, spec: whole, manifest: '', requestId: '', validateOnly: false },
        as(by),
      )
      // The operator's people, who may, are of no organisation here.
      const [, organization, , slug, , version] = name.split('/')
      await dataSource.query(
        `update algorithms set state = 'APPROVED' where slug = $1 and version = $2
         and organization_id = (select id from organizations where organizations.slug = $3)`,
        [slug, version, organization],
      )
      return reference
    },
    startWorker: () => startProbeWorker({ databaseUrl, dataSource, objects, folder }, releasers),
    async until(jobId, status) {
      const deadline = performance.now() + 15_000
      for (;;) {
        const { json } = await fixture.send('GET', 'compute', { owner: '0xowner', jobId })
        if ((json as { status: number }[])[0]?.status === status) return
        if (performance.now() > deadline) throw new Error(`not seen in time: ${JSON.stringify(json)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: () => releasers.disposeAsync(),
  }
  return fixture
}

const anAlgorithm: AlgorithmSpec = {
  displayName: 'An algorithm',
  description: '',
  image: '',
  command: [],
  arguments: [],
  parameters: [],
  inputs: [{ name: 'images', description: '', optional: true, maxFiles: 0 }],
  environment: 'environments/small',
  datasets: ['*'],
  forEveryOrganization: false,
}

/** With its length, which Node does not tell of the body of a DELETE. */
function json(fields: OperatorFields): RawRequest {
  const body = Buffer.from(JSON.stringify(fields))
  return { headers: { 'content-length': String(body.length) }, body }
}

function account(): ProviderAccount {
  return providerAccount(randomBytes(32).toString('hex'))
}
