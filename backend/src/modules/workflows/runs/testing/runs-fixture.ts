import { v7 } from 'uuid'
import type { CallContext } from '../../../../server/call-context.ts'
import { pageTokens } from '../../../../server/page-token.ts'
import { createIdentityReader } from '../../../identity/index.ts'
import { createJobsModule } from '../../../jobs/index.ts'
import { type RunFixture, runFixture, silent } from '../../running/testing/run-fixture.ts'
import { scriptService } from '../../running/testing/script-service.ts'
import { type RunMethods, RunWatch, runMethods } from '../index.ts'

export interface RunsFixture extends RunFixture {
  readonly methods: RunMethods
  readonly watch: RunWatch
  /** The owner of what is submitted. */
  readonly alice: CallContext
  /** Reads and submits, and owns nothing. */
  readonly bob: CallContext
  /** An administrator. */
  readonly carol: CallContext
  /** Of another organisation. */
  readonly dave: CallContext
  context(userId: string, permissions: readonly string[], signal?: AbortSignal): CallContext
}

/** The methods of runs as the server makes them, over runs that a test gives. */
export async function runsFixture(): Promise<RunsFixture> {
  const fixture = await runFixture()
  const { database, objects, organizationId, ownerId } = fixture
  const { dataSource } = database
  const identity = createIdentityReader(dataSource)
  const tokens = pageTokens(Buffer.alloc(32, 1))
  const jobs = await createJobsModule({
    dataSource,
    databaseUrl: database.url,
    objects,
    datasets: { readable: async () => undefined },
    people: identity,
    organizations: identity,
    pageTokens: tokens,
    services: [scriptService],
    log: silent,
  })
  const watch = await RunWatch.open({ databaseUrl: database.url, heartbeatMs: 500, log: silent })
  const methods = runMethods({
    dataSource,
    objects,
    pageTokens: tokens,
    watch,
    jobs,
    estimate: () => ({ sizeBytes: 1, durationMs: 1 }),
  })
  const context: RunsFixture['context'] = (userId, permissions, signal = new AbortController().signal) => ({
    caller: { userId, displayName: 'Alice', email: 'a@example.org' },
    organization: { id: organizationId, slug: 'lab' },
    permissions: new Set(permissions),
    requestId: 'test',
    log: silent,
    signal,
  })
  const member = ['jobs.read', 'jobs.submit']
  return {
    ...fixture,
    methods,
    watch,
    alice: context(ownerId, member),
    bob: context(v7(), member),
    carol: context(v7(), [...member, 'jobs.manage']),
    dave: { ...context(v7(), member), organization: { id: v7(), slug: 'other' } },
    context,
    async end() {
      await watch.close()
      await jobs.close()
      await fixture.end()
    },
  }
}
