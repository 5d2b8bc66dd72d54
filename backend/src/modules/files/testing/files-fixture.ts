import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  CreateFileRequest,
  CreateFileResponse,
  File,
  FileServiceService,
  Upload,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import { FilePurpose } from '@fairlead/proto/server/fairlead/files/v1/files'
import { pino } from 'pino'
import { createObjects } from '../../../adapters/objects/create-objects.ts'
import { inTransaction } from '../../../database/index.ts'
import type { Objects, ObjectUploads } from '../../../ports/objects.ts'
import type { CallContext } from '../../../server/call-context.ts'
import { createHttpServer } from '../../../server/http-server.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { createFilesModule, type FilesModule, type FilesModuleOptions } from '../create-files-module.ts'
import { rows } from '../sql.ts'
import type { FileSweepOptions } from '../sweep/file-sweep.ts'
import { changeVersion } from '../versions/change-version.ts'
import { cleanKey } from '../versions/file-keys.ts'
import { FileRemovals } from '../versions/file-removals.ts'
import type { FileState } from '../versions/version-state.ts'

export type FileHandlers = ServiceHandlers<typeof FileServiceService>

const log = pino({ level: 'silent' })
const readers = ['organizations.read', 'files.read']

/** People of two organisations, by name. */
const people = {
  alice: { slug: 'lab', permissions: [...readers, 'files.write'] },
  bob: { slug: 'lab', permissions: [...readers, 'files.write', 'files.manage'] },
  carol: { slug: 'lab', permissions: [...readers, 'files.write'] },
  mallory: { slug: 'lab', permissions: readers },
  dave: { slug: 'other', permissions: [...readers, 'files.write', 'files.manage'] },
} as const
export type PersonName = keyof typeof people

export interface FilesFixture {
  readonly database: TestDatabase
  readonly module: FilesModule
  readonly handlers: FileHandlers
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly organizations: Readonly<Record<'lab' | 'other', string>>
  readonly userIds: Readonly<Record<PersonName, string>>
  readonly sweep: FileSweepOptions
  as(name: PersonName, signal?: AbortSignal): CallContext
  create(name: PersonName, request?: Partial<CreateFileRequest>): Promise<Begun>
  /** Sends a part to its address; the status. */
  put(upload: Upload, content: Uint8Array<ArrayBuffer>, number?: number): Promise<number>
  /** A file whose content has arrived: SCANNING. */
  send(name: PersonName, content: string, request?: Partial<CreateFileRequest>): Promise<File>
  /** The same, and then what a scan says of it. */
  sendAs(
    name: PersonName,
    state: FileState,
    content: string,
    request?: Partial<CreateFileRequest>,
  ): Promise<File>
  /** What a scan says of the newest version of a file. */
  settle(file: Pick<File, 'name'>, state: FileState): Promise<void>
  end(): Promise<void>
}

export interface Begun {
  readonly file: File
  readonly upload: Upload
}

/** The files module as the server makes it, over a store in a folder that takes PUTs. */
export async function filesFixture(options: Partial<FilesModuleOptions> = {}): Promise<FilesFixture> {
  const releasers = new AsyncDisposableStack()
  const database = await createTestDatabase()
  releasers.defer(() => database.drop())
  const { dataSource } = database
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-files-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const { objects, uploads, routes } = createObjects({ kind: 'filesystem', folder }, Buffer.alloc(32, 1))
  releasers.defer(() => objects.close())
  const http = createHttpServer(routes, log)
  releasers.defer(() => http.stop())
  const port = await http.start({ host: '127.0.0.1', port: 0 })
  const organizations = {
    lab: await addOrganization(database, 'lab'),
    other: await addOrganization(database, 'other'),
  }
  const userIds = {} as Record<PersonName, string>
  for (const [name, { slug }] of Object.entries(people)) {
    userIds[name as PersonName] = await addUser(database, name, organizations[slug])
  }
  const module = await createFilesModule({
    dataSource,
    databaseUrl: database.url,
    objects,
    uploads,
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
    identity: createIdentityReader(dataSource),
    scanning: false,
    resultBytes: async () => 0n,
    heartbeatMs: 1000,
    log,
    ...options,
  })
  releasers.defer(() => module.close())
  const handlers = module.services[0]?.handlers as unknown as FileHandlers
  const removals = new FileRemovals({ dataSource, objects, uploads, log })
  releasers.defer(() => removals.close())

  const fixture: FilesFixture = {
    database,
    module,
    handlers,
    objects,
    uploads,
    organizations,
    userIds,
    sweep: { dataSource, objects, uploads, removals, log },
    as: (name, signal = new AbortController().signal) => ({
      caller: { userId: userIds[name], displayName: name, email: `${name}@example.org` },
      organization: { id: organizations[people[name].slug], slug: people[name].slug },
      permissions: new Set(people[name].permissions),
      requestId: 'test',
      log,
      signal,
    }),
    async create(name, request = {}) {
      const parent = `organizations/${people[name].slug}`
      const answer = await handlers.createFile({ ...aFile, parent, ...request }, fixture.as(name))
      return begun(answer)
    },
    async put(upload, content, number = 1) {
      const address = upload.addresses.find((each) => each.number === number)
      const response = await fetch(`http://127.0.0.1:${port}${address?.url}`, {
        method: 'PUT',
        body: content,
      })
      await response.arrayBuffer()
      return response.status
    },
    async send(name, content, request = {}) {
      const bytes = new Uint8Array(Buffer.from(content))
      const { file, upload } = await fixture.create(name, { sizeBytes: BigInt(bytes.length), ...request })
      const status = await fixture.put(upload, bytes)
      if (status >= 300) throw new Error(`PUT answers ${status}`)
      return handlers.completeUpload({ name: file.name, sha256: '' }, fixture.as(name))
    },
    async sendAs(name, state, content, request) {
      const file = await fixture.send(name, content, request)
      await fixture.settle(file, state)
      return handlers.getFile({ name: file.name }, fixture.as(name))
    },
    async settle({ name }, state) {
      const [version] = await rows<{ id: string; object_key: string }>(
        dataSource,
        'select id, object_key from file_versions where file_id = $1 order by version desc limit 1',
        [name.split('/')[3]],
      )
      if (version === undefined) throw new Error(`no version of ${name}`)
      const released = state === 'CLEAN' || state === 'UNSCANNED'
      const objectKey = cleanKey(version.id)
      if (released && version.object_key !== objectKey) await uploads.move(version.object_key, objectKey)
      const changed = await inTransaction(dataSource, (manager) =>
        changeVersion(manager, version.id, {
          to: state,
          description: 'As the test says.',
          set: { failure: released ? '' : 'As the test says.', ...(released ? { objectKey } : {}) },
        }),
      )
      if (changed === undefined) throw new Error(`${name} does not become ${state}`)
    },
    end: () => releasers.disposeAsync(),
  }
  return fixture
}

const aFile: CreateFileRequest = {
  parent: '',
  displayName: 'notes.txt',
  purpose: FilePurpose.FILE_PURPOSE_GENERAL,
  sizeBytes: 5n,
  sha256: '',
  mediaType: '',
  folder: '',
  tags: [],
  description: '',
  expireTime: undefined,
  versionOf: '',
  requestId: '',
}

function begun({ file, upload }: CreateFileResponse): Begun {
  if (file === undefined || upload === undefined) throw new Error('the answer holds no file or no upload')
  return { file, upload }
}

async function addOrganization({ dataSource }: TestDatabase, slug: string): Promise<string> {
  const [row] = await rows<{ id: string }>(
    dataSource,
    `insert into organizations (id, slug, display_name, kind) values (gen_random_uuid(), $1, $2, 'MEMBER') returning id`,
    [slug, `The ${slug}`],
  )
  return row?.id ?? ''
}

async function addUser({ dataSource }: TestDatabase, name: string, organizationId: string): Promise<string> {
  const [row] = await rows<{ id: string }>(
    dataSource,
    `insert into users (id, issuer, subject, display_name, email, email_verified)
     values (gen_random_uuid(), 'https://issuer.example.org', $1, $1, $2, true) returning id`,
    [name, `${name}@example.org`],
  )
  await rows(
    dataSource,
    `insert into memberships (id, organization_id, user_id, role)
     values (gen_random_uuid(), $1, $2, 'SUBMITTER')`,
    [organizationId, row?.id],
  )
  return row?.id ?? ''
}
