import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import {
  type Algorithm,
  type AlgorithmServiceService,
  AlgorithmSpec,
  RegisterAlgorithmRequest,
} from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { EnvironmentServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import {
  SaveWorkflowRequest,
  type WorkflowServiceService,
  WorkflowSpec,
} from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { pino } from 'pino'
import { createObjects } from '../../../adapters/objects/create-objects.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { CallContext } from '../../../server/call-context.ts'
import { type Contracts, readContracts } from '../../../server/contracts.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { RegisteredService, ServiceHandlers } from '../../../server/service-handlers.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createFilesModule } from '../../files/index.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { createJobsModule, type PlanDataset } from '../../jobs/index.ts'
import { createWorkflowsModule } from '../create-workflows-module.ts'
import type { ContainersAvailable } from '../environments/containers-available.ts'
import { planWorkflows } from '../service/run-planner.ts'
import { workflowService } from '../service/workflow-service.ts'
import { rows } from '../sql.ts'

/** People of two member organisations and of the operator, by name. */
const people = {
  alice: { slug: 'lab', role: 'SUBMITTER', permissions: [] },
  bob: { slug: 'lab', role: 'SUBMITTER', permissions: [] },
  carol: { slug: 'lab', role: 'ADMINISTRATOR', permissions: ['jobs.manage'] },
  dave: { slug: 'other', role: 'SUBMITTER', permissions: [] },
  olga: { slug: 'centre', role: 'ADMINISTRATOR', permissions: [] },
  otto: { slug: 'centre', role: 'ADMINISTRATOR', permissions: [] },
} as const
export type PersonName = keyof typeof people
type Slug = (typeof people)[PersonName]['slug']

const writer = ['workflows.read', 'workflows.write', 'jobs.read', 'jobs.submit']
export const REGISTRY = 'registry.example.org/demo'

export interface WorkflowsFixture {
  readonly database: TestDatabase
  readonly objects: Objects
  readonly algorithms: ServiceHandlers<typeof AlgorithmServiceService>
  readonly environments: ServiceHandlers<typeof EnvironmentServiceService>
  readonly workflows: ServiceHandlers<typeof WorkflowServiceService>
  readonly jobs: ServiceHandlers<typeof JobServiceService>
  readonly organizations: Readonly<Record<Slug, string>>
  readonly userIds: Readonly<Record<PersonName, string>>
  /** What every organisation may read. */
  readonly datasets: Map<string, PlanDataset>
  as(name: PersonName, signal?: AbortSignal): CallContext
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  register(name: PersonName, algorithmId: string, spec?: Partial<AlgorithmSpec>): Promise<Algorithm>
  /** The same, and what the operator decides. */
  approved(name: PersonName, algorithmId: string, spec?: Partial<AlgorithmSpec>): Promise<Algorithm>
  end(): Promise<void>
}

export interface FixtureOptions {
  /** Default: they can run. */
  readonly containers?: ContainersAvailable
  /** Default: REGISTRY. */
  readonly registries?: readonly string[]
}

let contracts: Contracts | undefined

/** The modules of workflows, jobs and files as the server makes them. */
export async function workflowsFixture(options: FixtureOptions = {}): Promise<WorkflowsFixture> {
  const { containers = { available: true }, registries = [REGISTRY] } = options
  const log = pino({ level: 'silent' })
  const releasers = new AsyncDisposableStack()
  const database = await createTestDatabase()
  releasers.defer(() => database.drop())
  const { dataSource, url: databaseUrl } = database
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-workflows-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const { objects, uploads } = createObjects({ kind: 'filesystem', folder }, Buffer.alloc(32, 1))
  releasers.defer(() => objects.close())
  const organizations = {
    lab: await addOrganization(database, 'lab', 'MEMBER'),
    other: await addOrganization(database, 'other', 'MEMBER'),
    centre: await addOrganization(database, 'centre', 'OPERATOR'),
  }
  const userIds = {} as Record<PersonName, string>
  for (const [name, { slug, role }] of Object.entries(people)) {
    userIds[name as PersonName] = await addUser(database, name, organizations[slug], role)
  }
  const identity = createIdentityReader(dataSource)
  const tokens = pageTokens(Buffer.alloc(32, 1))
  const shared = { dataSource, databaseUrl, objects, pageTokens: tokens, heartbeatMs: 1000, log }
  const files = await createFilesModule({
    ...shared,
    uploads,
    identity,
    scanning: false,
    resultBytes: async () => 0n,
  })
  releasers.defer(() => files.close())
  const datasets = new Map<string, PlanDataset>()
  const readable = { readable: async (_: string, id: string) => datasets.get(id) }
  const jobs = await createJobsModule({
    ...shared,
    datasets: readable,
    people: identity,
    organizations: identity,
    services: [workflowService],
    workflows: planWorkflows({ dataSource, identity, files: files.files, containers, registries }),
  })
  releasers.defer(() => jobs.close())
  contracts ??= readContracts()
  const module = await createWorkflowsModule({
    ...shared,
    datasets: readable,
    jobs,
    contracts,
    containers,
    registries,
  })
  releasers.defer(() => module.close())
  const [environments, algorithms, workflows] = module.services

  const fixture: WorkflowsFixture = {
    database,
    objects,
    algorithms: handlersOf<typeof AlgorithmServiceService>(algorithms),
    environments: handlersOf<typeof EnvironmentServiceService>(environments),
    workflows: handlersOf<typeof WorkflowServiceService>(workflows),
    jobs: handlersOf<typeof JobServiceService>(jobs.services[0]),
    organizations,
    userIds,
    datasets,
    as: (name, signal = new AbortController().signal) => ({
      caller: { userId: userIds[name], displayName: name, email: `${name}@example.org` },
      organization: { id: organizations[people[name].slug], slug: people[name].slug },
      permissions: new Set([...writer, ...people[name].permissions]),
      requestId: 'test',
      log,
      signal,
    }),
    query: (sql, values = []) => rows(dataSource, sql, values),
    register: (name, algorithmId, spec = {}) =>
      fixture.algorithms.registerAlgorithm(
        registration(`organizations/${people[name].slug}`, algorithmId, spec),
        fixture.as(name),
      ),
    async approved(name, algorithmId, spec) {
      const registered = await fixture.register(name, algorithmId, spec)
      return fixture.algorithms.reviewAlgorithm(
        { name: registered.name, decision: 'ALGORITHM_STATE_APPROVED', comment: '' },
        fixture.as('olga'),
      )
    },
    end: () => releasers.disposeAsync(),
  }
  return fixture
}

/** Of what reads images and leaves tables, where the test does not say otherwise. */
function algorithmSpec(spec: Partial<AlgorithmSpec> = {}): AlgorithmSpec {
  return {
    ...AlgorithmSpec.fromJSON({}),
    displayName: 'An algorithm',
    image: `${REGISTRY}/image@sha256:${'a'.repeat(64)}`,
    environment: 'environments/small',
    datasets: ['*'],
    ...spec,
  }
}

export function registration(
  parent: string,
  algorithmId: string,
  spec: Partial<AlgorithmSpec> = {},
): RegisterAlgorithmRequest {
  return { ...RegisterAlgorithmRequest.fromJSON({ parent, algorithmId }), spec: algorithmSpec(spec) }
}

/** @param spec in JSON, as the contract has it */
export function saving(workflowId: string, spec: object, parent = 'organizations/lab'): SaveWorkflowRequest {
  return {
    ...SaveWorkflowRequest.fromJSON({ parent, workflowId }),
    spec: WorkflowSpec.fromJSON({ displayName: 'A workflow', ...spec }),
  }
}

function handlersOf<Definition>(service: RegisteredService | undefined): ServiceHandlers<Definition> {
  return service?.handlers as unknown as ServiceHandlers<Definition>
}

async function addOrganization(
  { dataSource }: TestDatabase,
  slug: string,
  kind: 'MEMBER' | 'OPERATOR',
): Promise<string> {
  const [row] = await rows<{ id: string }>(
    dataSource,
    `insert into organizations (id, slug, display_name, kind) values (gen_random_uuid(), $1, $2, $3) returning id`,
    [slug, `The ${slug}`, kind],
  )
  return row?.id ?? ''
}

async function addUser(
  { dataSource }: TestDatabase,
  name: string,
  organizationId: string,
  role: string,
): Promise<string> {
  const [row] = await rows<{ id: string }>(
    dataSource,
    `insert into users (id, issuer, subject, display_name, email, email_verified)
     values (gen_random_uuid(), 'https://issuer.example.org', $1, $1, $2, true) returning id`,
    [name, `${name}@example.org`],
  )
  await rows(
    dataSource,
    `insert into memberships (id, organization_id, user_id, role) values (gen_random_uuid(), $1, $2, $3)`,
    [organizationId, row?.id, role],
  )
  return row?.id ?? ''
}
