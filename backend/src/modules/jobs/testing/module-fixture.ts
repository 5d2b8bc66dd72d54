import type { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { OperationsServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/operations'
import { v7 } from 'uuid'
import type { CallContext } from '../../../server/call-context.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { createJobsModule, type JobsModule, type JobsModuleOptions } from '../create-jobs-module.ts'
import { type JobsFixture, jobsFixture, silent } from './jobs-fixture.ts'
import { probeService } from './probe-service.ts'

export type JobHandlers = ServiceHandlers<typeof JobServiceService>
export type OperationsHandlers = ServiceHandlers<typeof OperationsServiceService>

export interface ModuleFixture extends JobsFixture {
  readonly module: JobsModule
  readonly handlers: JobHandlers
  readonly operations: OperationsHandlers
  readonly parent: string
  /** The owner of what is created by default. */
  readonly alice: CallContext
  /** Reads, and owns nothing. */
  readonly bob: CallContext
  /** An administrator. */
  readonly carol: CallContext
  context(userId: string, permissions: readonly string[], signal?: AbortSignal): CallContext
}

/**
 * The jobs module as the server makes it, with its methods to call.
 *
 * @param patienceMs see jobsFixture
 */
export async function moduleFixture(
  options: Partial<JobsModuleOptions> = {},
  patienceMs?: number,
): Promise<ModuleFixture> {
  const fixture = await jobsFixture(patienceMs)
  const identity = createIdentityReader(fixture.database.dataSource)
  const module = await createJobsModule({
    dataSource: fixture.database.dataSource,
    databaseUrl: fixture.database.url,
    objects: fixture.objects,
    datasets: { readable: async () => undefined },
    people: { ...identity, displayNames: async (ids) => new Map(ids.map((id) => [id, 'Alice'])) },
    organizations: identity,
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
    services: [probeService],
    heartbeatMs: 100,
    log: silent,
    ...options,
  })
  const context: ModuleFixture['context'] = (userId, permissions, signal = new AbortController().signal) => ({
    caller: { userId, displayName: 'Alice', email: 'a@example.org' },
    organization: { id: fixture.organizationId, slug: 'observatory' },
    permissions: new Set(permissions),
    requestId: 'test',
    log: silent,
    signal,
  })
  const reader = ['jobs.read', 'jobs.submit']
  return {
    ...fixture,
    module,
    handlers: module.services[0]?.handlers as unknown as JobHandlers,
    operations: module.services[1]?.handlers as unknown as OperationsHandlers,
    parent: 'organizations/observatory',
    alice: context(fixture.ownerId, reader),
    bob: context(v7(), reader),
    carol: context(v7(), [...reader, 'jobs.manage']),
    context,
    async end() {
      await module.close()
      await fixture.end()
    },
  }
}

export function createRequest(acts: readonly string[], more: object = {}) {
  return {
    parent: 'organizations/observatory',
    service: 'probe',
    parameters: acts.map((value) => ({ name: 'ACT', value })),
    runId: '',
    executionDuration: undefined,
    destructionTime: undefined,
    keepPending: false,
    requestId: '',
    ...more,
  }
}

/** Everything of a stream, in order, until it ends. */
export async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}
