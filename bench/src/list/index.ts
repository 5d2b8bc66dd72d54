import { FileServiceClient, ListFilesRequest } from '@fairlead/proto/server/fairlead/files/v1/files'
import { credentials, Metadata } from '@grpc/grpc-js'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { makeQuickly } from '../lists/make-quickly.ts'
import { comparePages, type ListPage, tokenOfPage } from '../lists/pages.ts'
import type { BenchLine, BenchReport } from '../report.ts'

const FILES = 1_000_000
const FOLDERS = 15
const PAGE_SIZE = 50
const FAR_PAGE = 1000
const WARM_UP = 3

/** What matches much: its pages go far. */
const common: Record<string, Partial<ListFilesRequest>> = {
  'all folders': { allFolders: true },
  'one folder of fifteen': { folder: 'folder 7' },
  'one tag of two': { allFolders: true, tags: ['even'] },
  'one state': { allFolders: true, states: ['FILE_STATE_CLEAN'] },
  'one purpose of two': { allFolders: true, purposes: ['FILE_PURPOSE_EVIDENCE'] },
  'a word of half of them': { search: 'observation' },
}
/** What matches little or nothing among the million. */
const rare: Record<string, Partial<ListFilesRequest>> = {
  'a word of one': { search: 'n31415926' },
  'the beginning of ten words': { search: 'number12345' },
  'a word of none': { search: 'xylophone' },
  'a tag of few': { allFolders: true, tags: ['rare'] },
  'a state of few': { allFolders: true, states: ['FILE_STATE_INFECTED'] },
  'a purpose of none': { allFolders: true, purposes: ['FILE_PURPOSE_ALGORITHM'] },
  'the trash': { trashed: true },
  'an empty folder': { folder: 'nothing' },
}
const orders = {
  'create_time desc': 'newest first',
  create_time: 'oldest first',
  display_name: 'by name',
  'display_name desc': 'by name, backwards',
  'size_bytes desc': 'largest first',
} as const

/**
 * ListFiles of an organisation with a million files, by gRPC from a backend and a PostgreSQL in processes of their own:
 * the 1,000th page beside the first of the same filters, and the first page of filters that match little beside the
 * first of all files. Calls alternate.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const system = await startBackend(started)
  await fill(system)
  const client = new FileServiceClient(system.grpcAddress, credentials.createInsecure())
  started.defer(() => client.close())
  const list = lister(client, system)
  const all = ListFilesRequest.fromPartial({ parent: system.parent, pageSize: PAGE_SIZE })
  const everywhere = { ...all, allFolders: true }
  for (let walk = 0; walk < WARM_UP; walk++) await tokenOfPage(list, everywhere, FAR_PAGE)

  const lines: BenchLine[] = []
  for (const [orderBy, direction] of Object.entries(orders)) {
    for (const [label, filter] of Object.entries(common)) {
      const first = { ...all, ...filter, orderBy }
      const far = { ...first, pageToken: await tokenOfPage(list, first, FAR_PAGE) }
      lines.push(await comparePages(list, `${label}, ${direction}: page ${FAR_PAGE} to page 1`, far, first))
    }
    for (const [label, filter] of Object.entries(rare)) {
      const few = { ...all, ...filter, orderBy }
      lines.push(
        await comparePages(list, `${label}, ${direction}: to page 1 of all`, few, { ...everywhere, orderBy }),
      )
    }
  }
  return { name: 'list', lines }
}

/** Each with one version, as long uploads of years leave them. */
async function fill(system: BackendSystem): Promise<void> {
  const dataSource = await createDataSource(system.databaseUrl, { statementTimeoutMs: 0 }).initialize()
  const { organizationId, userId } = system
  const state = `case when n % 100000 = 7 then 'INFECTED' when n % 1000 = 5 then 'UNSCANNED' else 'CLEAN' end`
  const name = `case when n % 2 = 0 then 'observation ' else 'calibration ' end || 'number' || n || '.fits'`
  try {
    await makeQuickly(dataSource, 'files', async (database) => {
      await database.query(
        `insert into files (id, organization_id, display_name, folder, tags, purpose, owner_id, released_version, state,
           size_bytes, create_time, trash_time, sort_name, words)
         select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, ${name}, 'folder ' || n % ${FOLDERS},
           case when n % 50000 = 9 then '{even,rare}' when n / 2 % 2 = 0 then '{even}' else '{odd}' end::text[],
           case when n / 4 % 2 = 0 then 'EVIDENCE' else 'GENERAL' end, $2,
           1, ${state}, 1 + (n * 7919::bigint) % 100000000, timestamptz '2025-11-20' + n * interval '30 s',
           case when n % 20000 = 3 then now() end, ${name},
           array_to_tsvector(array[case when n % 2 = 0 then 'observation' else 'calibration' end, 'number' || n,
             'fits', 'folder'] || case when n = 500000 then '{n31415926}' else '{}' end::text[])
         from generate_series(1, ${FILES}) as n`,
        [organizationId, userId],
      )
    })
    await makeQuickly(dataSource, 'file_versions', async (database) => {
      await database.query(
        `insert into file_versions (id, file_id, organization_id, version, state, size_bytes, sha256, media_type,
           creator_id, object_key)
         select gen_random_uuid(), id, organization_id, 1, state, size_bytes, sha256(id::text::bytea), 'image/fits',
           owner_id, 'clean/' || id
         from files`,
      )
    })
    // What autovacuum does in time to such tables.
    await dataSource.query('vacuum analyze files, file_versions')
  } finally {
    await dataSource.destroy()
  }
}

function lister(client: FileServiceClient, { authorization }: BackendSystem): ListPage<ListFilesRequest> {
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  return (request) =>
    new Promise((resolve, reject) => {
      client.listFiles(request, metadata, (error, response) =>
        error === null
          ? resolve({ count: response.files.length, nextPageToken: response.nextPageToken })
          : reject(error),
      )
    })
}
