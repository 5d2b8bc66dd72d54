import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatasetServiceService } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import pino from 'pino'
import { createDatasetFiles } from '../../../adapters/dataset-files/dataset-files.ts'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import type { ObjectsSettings } from '../../../adapters/objects/create-objects.ts'
import { FilesystemObjects } from '../../../adapters/objects/filesystem.ts'
import type { S3ClientOptions } from '../../../adapters/s3/s3-client.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { CallContext } from '../../../server/call-context.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import type { TaskRunnerConfiguration } from '../../../task-runner.ts'
import { createTestDatabase } from '../../../testing/database.ts'
import { createFilesService } from '../../files/files/files-service.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { createDatasetsModule } from '../create-datasets-module.ts'
import { type DatasetOwner, DatasetRegistrar } from '../dataset-registrar.ts'
import { registerFolders } from '../register-folders.ts'

interface FixtureOrganization {
  readonly id: string
  readonly slug: string
  readonly displayName: string
}

const organizations: readonly FixtureOrganization[] = [
  { id: '01900000-0000-7000-8000-000000000001', slug: 'operator', displayName: 'Observatory Data Centre' },
  {
    id: '01900000-0000-7000-8000-000000000002',
    slug: 'survey-institute',
    displayName: 'Northern Survey Institute',
  },
  {
    id: '01900000-0000-7000-8000-000000000003',
    slug: 'microwave-lab',
    displayName: 'Microwave Background Lab',
  },
]
export const [operator, institute, lab] = organizations as [
  FixtureOrganization,
  FixtureOrganization,
  FixtureOrganization,
]

/** The module on a database, an object store and a folder of its own. */
export async function datasetsFixture(
  options: { s3?: S3ClientOptions; objects?: Objects; store?: ObjectsSettings } = {},
) {
  const database = await createTestDatabase()
  const { dataSource } = database
  for (const { id, slug, displayName } of organizations) {
    const kind = slug === 'operator' ? 'OPERATOR' : 'MEMBER'
    const values = [id, slug, displayName, kind]
    await dataSource.query(
      'insert into organizations (id, slug, display_name, kind) values ($1, $2, $3, $4)',
      values,
    )
  }
  const home = await mkdtemp(join(tmpdir(), 'fairlead-datasets-'))
  const objects =
    options.objects ?? new FilesystemObjects({ folder: join(home, 'objects'), signingKey: Buffer.alloc(32) })
  const store = options.store ?? { kind: 'filesystem', folder: join(home, 'objects') }
  const files = createDatasetFiles({ ...options, objects })
  const execution = createProcessExecution({
    entry: new URL('../../../task-runner.ts', import.meta.url),
    configuration: { s3: options.s3, objects: store } satisfies TaskRunnerConfiguration,
    keepWarm: false,
  })
  const identity = createIdentityReader(dataSource)
  const lines: { level: number; msg: string }[] = []
  const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) })
  const scratchFolder = join(home, 'scratch')
  const registrar = new DatasetRegistrar({ dataSource, objects, files, scratchFolder })
  const module = createDatasetsModule({
    dataSource,
    objects,
    files,
    storedFiles: createFilesService({ dataSource, objects, addressSeconds: 60 }),
    execution,
    scratchFolder,
    identity,
    log,
    pageTokens: pageTokens(Buffer.alloc(32, 3)),
  })
  const handlers = module.services[0]?.handlers as unknown as ServiceHandlers<typeof DatasetServiceService>
  const everyone: DatasetOwner = { organizationId: operator.id, visibility: 'EVERYONE' }
  return {
    dataSource,
    home,
    objects,
    files,
    identity,
    /** As the worker does at its start. */
    registerFolders: (folders: readonly string[]) =>
      registerFolders({ dataSource, objects, files, scratchFolder, folders, log }),
    scratchFolder,
    registrar,
    module,
    everyone,
    log,
    handlers,
    /** What the interceptor makes of a call for an organisation. */
    context: (organization: FixtureOrganization): CallContext => ({
      caller: { userId: organization.id, displayName: 'Somebody', email: 'somebody@example.org' },
      organization,
      permissions: new Set(['datasets.read']),
      requestId: 'test',
      log,
      signal: new AbortController().signal,
    }),
    /** Messages logged so far. */
    messages: () => lines.map(({ msg }) => msg),
    async release() {
      await module.close()
      await execution.close()
      await database.drop()
      await rm(home, { recursive: true })
    },
  }
}

export type DatasetsFixture = Awaited<ReturnType<typeof datasetsFixture>>
