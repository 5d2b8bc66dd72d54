import { JobServiceClient, ListJobsRequest } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { credentials, Metadata } from '@grpc/grpc-js'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { makeJobs } from '../backend-system/make-jobs.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { makeQuickly } from '../lists/make-quickly.ts'
import { comparePages, type ListPage, tokenOfPage } from '../lists/pages.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { residentMb } from '../resident-mb.ts'

const JOBS = 1_000_000
const PAGE_SIZE = 50
const FAR_PAGE = 500
const WARM_UP = 3

/** What matches much: its pages go far. */
const common: Record<string, Partial<ListJobsRequest>> = {
  'no filter': {},
  owner: { owner: 'users/me' },
  service: { service: 'cutout' },
  phase: { phases: ['PHASE_COMPLETED'] },
  'phases, one of few jobs': { phases: ['PHASE_COMPLETED', 'PHASE_PENDING'] },
  'phase ARCHIVED': { phases: ['PHASE_ARCHIVED'] },
  'created in a range': {
    createdAfter: new Date('2026-04-01T00:00:00Z'),
    createdBefore: new Date('2026-07-01T00:00:00Z'),
  },
  'all filters': {
    owner: 'users/me',
    service: 'cutout',
    phases: ['PHASE_COMPLETED', 'PHASE_ERROR'],
    createdAfter: new Date('2026-04-01T00:00:00Z'),
  },
}
/** What matches little or nothing among the million. */
const rare: Record<string, Partial<ListJobsRequest>> = {
  'phase of few jobs': { phases: ['PHASE_PENDING'] },
  'service without jobs': { service: 'statistics' },
  'owner without jobs': { owner: 'users/00000000-0000-4000-8000-000000000000' },
  "an owner's few of a service": { owner: 'users/me', service: 'preview' },
  "an owner's few in a phase": { owner: 'users/me', phases: ['PHASE_PENDING', 'PHASE_QUEUED'] },
  "a service's few in a phase": { service: 'preview', phases: ['PHASE_PENDING'] },
  'created before all': { createdBefore: new Date('2020-01-01T00:00:00Z') },
}

/**
 * ListJobs of an organisation with a million jobs, by gRPC from a backend and a PostgreSQL in processes of
 * their own: the 500th page beside the first of the same filters, and the first page of filters that match
 * little beside the first of all jobs. Calls alternate.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const system = await startBackend(started)
  await fill(system)
  const client = new JobServiceClient(system.grpcAddress, credentials.createInsecure())
  started.defer(() => client.close())
  const list = lister(client, system)
  const all = ListJobsRequest.fromPartial({ parent: system.parent, pageSize: PAGE_SIZE })
  for (let walk = 0; walk < WARM_UP; walk++) await tokenOfPage(list, all, FAR_PAGE)

  /** After each half: the second does what the first did, so that what grows then would go on growing. */
  const residentMbs: number[] = []
  const lines: BenchLine[] = []
  for (const [orderBy, direction] of [
    ['create_time desc', 'newest first'],
    ['create_time', 'oldest first'],
  ] as const) {
    for (const [label, filter] of Object.entries(common)) {
      const first = { ...all, ...filter, orderBy }
      const far = { ...first, pageToken: await tokenOfPage(list, first, FAR_PAGE) }
      lines.push(await comparePages(list, `${label}, ${direction}: page ${FAR_PAGE} to page 1`, far, first))
    }
    for (const [label, filter] of Object.entries(rare)) {
      const few = { ...all, ...filter, orderBy }
      lines.push(
        await comparePages(list, `${label}, ${direction}: to page 1 of all`, few, { ...all, orderBy }),
      )
    }
    residentMbs.push(await residentMb(system.pid))
  }
  const [halfMb = Number.NaN, endMb = Number.NaN] = residentMbs
  const memory = { label: "the backend's memory at the end, to half of the way", value: endMb, unit: 'MB' }
  return {
    name: 'listing',
    lines: [...lines, { ...memory, reference: halfMb, ratio: endMb / halfMb }],
  }
}

/** A year of jobs, most of them long ended and the older ones archived. */
async function fill(system: BackendSystem): Promise<void> {
  const dataSource = await createDataSource(system.databaseUrl, { statementTimeoutMs: 0 }).initialize()
  try {
    await dataSource.query(
      `insert into users (id, issuer, subject, email, display_name)
       select md5(n::text)::uuid, 'bench', 'other ' || n, 'other' || n || '@example.org', 'Other ' || n
       from generate_series(1, 100) as n`,
    )
    await makeQuickly(dataSource, 'jobs', (database) =>
      makeJobs(database, system, JOBS, {
        id: `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`,
        createTime: `timestamptz '2025-11-20' + n * interval '30 s'`,
        owner: `case when n % 2 = 0 then '${system.userId}' else md5((1 + n % 100)::text)::uuid end`,
        service: `case when n % 6 = 1 or n % 50000 = 0 then 'preview' else 'cutout' end`,
        phase: `case when n % 40000 = 9 then 'PENDING' when n <= 300000 then 'ARCHIVED'
        when n % 40 = 0 then 'ERROR' when n % 90 = 0 then 'ABORTED' else 'COMPLETED' end`,
      }),
    )
    // What autovacuum does in time to such a table.
    await dataSource.query('vacuum analyze jobs')
  } finally {
    await dataSource.destroy()
  }
}

function lister(client: JobServiceClient, { authorization }: BackendSystem): ListPage<ListJobsRequest> {
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  return (request) =>
    new Promise((resolve, reject) => {
      client.listJobs(request, metadata, (error, response) =>
        error === null
          ? resolve({ count: response.jobs.length, nextPageToken: response.nextPageToken })
          : reject(error),
      )
    })
}
