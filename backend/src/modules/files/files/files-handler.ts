import type {
  CreateFileRequest,
  File,
  FileChange,
  FileServiceService,
  FileShare,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import type { DataSource } from 'typeorm'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import { callerOf, type OrganizationCallContext, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { parseUpdateMask } from '../../../server/update-mask.ts'
import type { IdentityService } from '../../identity/index.ts'
import { policyMessage, purposeOfMessage } from '../policies/policy-messages.ts'
import type { FilePolicy } from '../policies/policy-store.ts'
import type { FileShareRecord, FileShares } from '../shares/file-shares.ts'
import type { NewFile } from '../uploads/new-file.ts'
import type { Uploads } from '../uploads/uploads.ts'
import type { FileVersion } from '../versions/file-version.ts'
import type { ChangedFile, FileWatch } from '../watch/file-watch.ts'
import { actorOf, isEntitled } from './actor.ts'
import { type FileChanges, updatePaths } from './file-changes.ts'
import { listFileEvents } from './file-events-list.ts'
import {
  fileEventMessage,
  fileIdOf,
  fileMessage,
  fileName,
  fileVersionMessage,
  type StorageCounts,
  stateOfMessage,
  storageUsageMessage,
} from './file-messages.ts'
import { parseFolder, parseTags } from './file-name.ts'
import {
  type FileRecord,
  listVersions,
  readFile,
  readFiles,
  readUploading,
  readVersions,
} from './file-record.ts'
import { useName, usesOf } from './file-uses.ts'
import { fileNotFound } from './files-errors.ts'
import type { FilesService } from './files-service.ts'
import { listFiles, listFolders, orderingOf } from './list-files.ts'

const DEFAULT_PAGE_SIZE = 50
const DEFAULT_EVENTS = 100

export interface FilesHandlerOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
  readonly uploads: Uploads
  readonly changes: FileChanges
  readonly shares: FileShares
  readonly files: FilesService
  readonly watch: FileWatch
  readonly storage: (organizationId: string) => Promise<StorageCounts>
  readonly policies: () => Promise<readonly FilePolicy[]>
  /** Whether files are scanned before they are released. */
  readonly scanning: boolean
}

/** Every method of files but the preview. */
export type FilesMethods = Omit<ServiceHandlers<typeof FileServiceService>, 'getFilePreview'>

export function filesHandler(options: FilesHandlerOptions): FilesMethods {
  const { dataSource, identity, pageTokens, uploads, changes, shares, files, watch } = options

  async function whole(context: OrganizationCallContext, fileId: string): Promise<File> {
    const { organization } = context
    const actor = actorOf(context)
    const file = await readFile(dataSource, organization.id, fileId)
    if (file === undefined) throw fileNotFound()
    const isMember = isMemberOf(context)
    const entitled = isEntitled(actor, file)
    const [uploading, held, uses] = await Promise.all([
      readUploading(dataSource, fileId),
      entitled ? shares.of(fileId) : [],
      isMember ? usesOf(dataSource, fileId) : [],
    ])
    const shown = isMember ? file.latestVersion : (file.releasedVersion ?? file.latestVersion)
    const latest = (await readVersions(dataSource, [{ fileId, version: shown }])).get(fileId)
    const names = await namesOf([file], [latest])
    const upload =
      uploading?.creatorId === actor.userId && uploading.uploadId !== undefined
        ? await uploads.message(uploading, []).catch(endedUpload)
        : undefined
    return {
      ...fileMessage(file, latest, organization.slug, names),
      shares: await shareMessages(held),
      usedBy: uses.map((use) => useName(organization.slug, use)),
      editable: entitled,
      upload,
    }
  }

  async function shareMessages(held: readonly FileShareRecord[]): Promise<FileShare[]> {
    const [users, organizations] = await Promise.all([
      identity.displayNames(held.flatMap(({ userId }) => userId ?? [])),
      identity.organizationsByIds(held.flatMap(({ organizationId }) => organizationId ?? [])),
    ])
    return held.flatMap(({ userId, organizationId, createTime }) => {
      if (userId !== undefined)
        return [{ with: `users/${userId}`, displayName: users.get(userId) ?? '', createTime }]
      const organization = organizationId === undefined ? undefined : organizations.get(organizationId)
      if (organization === undefined) return []
      const { slug, displayName } = organization
      return [{ with: `organizations/${slug}`, displayName, createTime }]
    })
  }

  async function namesOf(
    found: readonly FileRecord[],
    versions: readonly (FileVersion | undefined)[],
  ): Promise<ReadonlyMap<string, string>> {
    const ids = [
      ...found.map(({ ownerId }) => ownerId),
      ...versions.flatMap((version) => version?.creatorId ?? []),
    ]
    return identity.displayNames([...new Set(ids)])
  }

  /** @param shown which version of each; the latest where members see them */
  async function summaries(
    found: readonly FileRecord[],
    slugOf: (file: FileRecord) => string,
    shown: (file: FileRecord) => number = ({ latestVersion }) => latestVersion,
  ): Promise<File[]> {
    const latest = await readVersions(
      dataSource,
      found.map((file) => ({ fileId: file.id, version: shown(file) })),
    )
    const names = await namesOf(found, [...latest.values()])
    return found.map((file) => fileMessage(file, latest.get(file.id), slugOf(file), names))
  }

  return {
    async createFile(request, context) {
      const caller = organizationContext(context)
      const { fileId, version } = await uploads.create(actorOf(caller), newFileOf(request))
      const [file, upload] = await Promise.all([
        whole(caller, fileId),
        version === undefined ? undefined : uploads.message(version, undefined).catch(endedUpload),
      ])
      return { file, upload }
    },

    resumeUpload: ({ name, parts }, context) =>
      uploads.resume(actorOf(organizationContext(context)), fileIdOf(name), parts),

    async completeUpload({ name, sha256 }, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(name)
      await uploads.complete(actorOf(caller), fileId, digestOf(sha256))
      return whole(caller, fileId)
    },

    async cancelUpload({ name }, context) {
      await uploads.cancel(actorOf(organizationContext(context)), fileIdOf(name))
      return {}
    },

    getFile: ({ name }, context) => whole(organizationContext(context), fileIdOf(name)),

    async listFiles(request, context) {
      const caller = organizationContext(context)
      const { organization } = caller
      const { pageSize, pageToken, ...query } = request
      const scope = pageScope('ListFiles', query)
      const [value, id] = pageTokens.decode(scope, pageToken) ?? []
      const size = pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize
      const search = request.search.trim()
      const found = await listFiles(
        dataSource,
        {
          organizationId: organization.id,
          folder:
            request.allFolders || search !== '' || request.trashed ? undefined : parseFolder(request.folder),
          search,
          tags: parseTags(request.tags),
          states: request.states.flatMap((state) => stateOfMessage(state) ?? []),
          purposes: request.purposes.flatMap((purpose) => purposeOfMessage(purpose) ?? []),
          trashed: request.trashed,
        },
        orderingOf(request.orderBy),
        value === undefined || id === undefined ? undefined : [value, id],
        size + 1,
      )
      const page = found.slice(0, size)
      const actor = actorOf(caller)
      const shown = await summaries(
        page.map(({ file }) => file),
        () => organization.slug,
      )
      const last = found.length > size ? page.at(-1) : undefined
      return {
        files: shown.map((message, index) => {
          const file = page[index]?.file
          return { ...message, editable: file !== undefined && isEntitled(actor, file) }
        }),
        nextPageToken: last === undefined ? '' : pageTokens.encode(scope, last.cursor),
      }
    },

    async listFolders({ folder }, context) {
      const { organization } = organizationContext(context)
      return { folders: await listFolders(dataSource, organization.id, parseFolder(folder)) }
    },

    async updateFile({ name, file, updateMask }, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(name)
      if (file === undefined) throw invalidField('file', 'is missing.')
      if (file.name !== '' && file.name !== name) {
        throw invalidField('file.name', 'is not the name that is to be changed. Leave it out.')
      }
      const paths = parseUpdateMask(updateMask ?? [], updatePaths)
      await changes.update(actorOf(caller), fileId, file, paths)
      return whole(caller, fileId)
    },

    async deleteFile({ name, permanently }, context) {
      const actor = actorOf(organizationContext(context))
      const fileId = fileIdOf(name)
      await (permanently ? changes.delete(actor, fileId) : changes.trash(actor, fileId))
      return {}
    },

    async restoreFile({ name }, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(name)
      await changes.restore(actorOf(caller), fileId)
      return whole(caller, fileId)
    },

    async listFileVersions({ parent, pageSize, pageToken }, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(parent)
      const scope = pageScope('ListFileVersions', { parent })
      const [before] = pageTokens.decode(scope, pageToken) ?? []
      const size = pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize
      const file = await readFile(dataSource, caller.organization.id, fileId)
      if (file === undefined) throw fileNotFound()
      const found = await listVersions(
        dataSource,
        fileId,
        { before: before === undefined ? undefined : Number(before), releasedOnly: !isMemberOf(caller) },
        size + 1,
      )
      const page = found.slice(0, size)
      const names = await namesOf([], page)
      const last = found.length > size ? page.at(-1) : undefined
      return {
        versions: page.map((version) => fileVersionMessage(version, names.get(version.creatorId) ?? '')),
        nextPageToken: last === undefined ? '' : pageTokens.encode(scope, [String(last.version)]),
      }
    },

    async listFileEvents({ parent, pageSize, pageToken }, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListFileEvents', { parent })
      const [after] = pageTokens.decode(scope, pageToken) ?? []
      const size = pageSize === 0 ? DEFAULT_EVENTS : pageSize
      const of = { organizationId: organization.id, fileId: fileIdOf(parent) }
      const found = await listFileEvents(dataSource, of, after, size + 1)
      if (found.length === 0 && after === undefined) throw fileNotFound()
      const page = found.slice(0, size)
      const names = await identity.displayNames([...new Set(page.flatMap(({ actorId }) => actorId ?? []))])
      const last = found.length > size ? page.at(-1) : undefined
      return {
        events: page.map((event) => fileEventMessage(event, names)),
        nextPageToken: last === undefined ? '' : pageTokens.encode(scope, [String(last.id)]),
      }
    },

    async createDownloadUrl({ name, version }, context) {
      const file = await files.forCaller(context, name, version)
      return files.sign(file, callerOf(context).userId)
    },

    async shareFile(request, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(request.name)
      const asked = request.with
      if (asked === undefined) throw invalidField('with', 'names nobody to share with.')
      await shares.share(
        actorOf(caller),
        fileId,
        asked.$case === 'email'
          ? { kind: 'email', email: asked.value }
          : { kind: 'organization', slug: asked.value.split('/')[1] ?? '' },
      )
      return whole(caller, fileId)
    },

    async unshareFile(request, context) {
      const caller = organizationContext(context)
      const fileId = fileIdOf(request.name)
      await shares.unshare(actorOf(caller), fileId, request.with)
      return whole(caller, fileId)
    },

    async listSharedFiles({ pageSize, pageToken }, context) {
      const { userId } = callerOf(context)
      const scope = pageScope('ListSharedFiles', { userId })
      const [shareTime, fileId] = pageTokens.decode(scope, pageToken) ?? []
      const after = shareTime === undefined || fileId === undefined ? undefined : { shareTime, fileId }
      const size = pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize
      const found = await shares.sharedWith(userId, after, size)
      const organizations = await identity.organizationsByIds([
        ...new Set(found.files.map(({ organizationId }) => organizationId)),
      ])
      return {
        files: await summaries(
          found.files,
          ({ organizationId }) => organizations.get(organizationId)?.slug ?? '',
          ({ releasedVersion, latestVersion }) => releasedVersion ?? latestVersion,
        ),
        nextPageToken:
          found.next === undefined ? '' : pageTokens.encode(scope, [found.next.shareTime, found.next.fileId]),
      }
    },

    async getStorageUsage(_request, context) {
      const { organization } = organizationContext(context)
      return storageUsageMessage(organization.slug, await options.storage(organization.id))
    },

    async listFilePolicies() {
      const policies = await options.policies()
      return { policies: policies.map(policyMessage), scanning: options.scanning }
    },

    watchFiles(_request, context) {
      const caller = organizationContext(context)
      const actor = actorOf(caller)
      return watch.changes(
        caller.organization.id,
        (ownerId) => isEntitled(actor, { ownerId }),
        context.signal,
      )
    },
  }
}

/** What watches tell of files that changed. */
export function describeFiles({
  dataSource,
  identity,
}: Pick<FilesHandlerOptions, 'dataSource' | 'identity'>) {
  return async (organizationId: string, fileIds: readonly string[]): Promise<ChangedFile[]> => {
    const organization = await identity.organizationById(organizationId)
    if (organization === undefined) return []
    const found = new Map(
      (await readFiles(dataSource, organizationId, fileIds)).map((file) => [file.id, file]),
    )
    const files = [...found.values()]
    const latest = await readVersions(
      dataSource,
      files.map(({ id, latestVersion }) => ({ fileId: id, version: latestVersion })),
    )
    const people = [
      ...files.map(({ ownerId }) => ownerId),
      ...[...latest.values()].map((each) => each.creatorId),
    ]
    const names = await identity.displayNames([...new Set(people)])
    return fileIds.map((fileId) => {
      const file = found.get(fileId)
      const change: FileChange['change'] =
        file === undefined
          ? { $case: 'deleted', value: fileName(organization.slug, fileId) }
          : { $case: 'file', value: fileMessage(file, latest.get(fileId), organization.slug, names) }
      return { fileId, ownerId: file?.ownerId ?? '', message: { change } }
    })
  }
}

/** Whether the caller came as a member, not by a share: who only holds a share is told of what is released. */
function isMemberOf({ permissions }: OrganizationCallContext): boolean {
  return [...permissions].some((permission) => permission !== 'files.read')
}

const endings: ReadonlySet<string> = new Set(['FILE_NOT_FOUND', 'UPLOAD_ENDED', 'UPLOAD_EXPIRED'])

/** An upload that ended meanwhile, or that the store gave up: the file says so when it is completed or cancelled. */
function endedUpload(error: unknown): undefined {
  if (error instanceof DomainError && endings.has(error.reason)) return undefined
  throw error
}

function newFileOf(request: CreateFileRequest): NewFile {
  const purpose = purposeOfMessage(request.purpose)
  if (purpose === undefined) throw invalidField('purpose', 'is none that this release knows.')
  const { versionOf, requestId, parent } = request
  if (versionOf !== '' && !versionOf.startsWith(`${parent}/`)) throw fileNotFound()
  return {
    displayName: request.displayName,
    purpose,
    sizeBytes: request.sizeBytes,
    sha256: digestOf(request.sha256),
    mediaType: request.mediaType,
    folder: request.folder,
    tags: request.tags,
    description: request.description,
    expireTime: request.expireTime,
    versionOf: versionOf === '' ? undefined : fileIdOf(versionOf),
    requestId: requestId === '' ? undefined : requestId,
  }
}

function digestOf(hexadecimal: string): Buffer | undefined {
  return hexadecimal === '' ? undefined : Buffer.from(hexadecimal, 'hex')
}
