import type { Upload, UploadedPart } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction, sqlState } from '../../../database/index.ts'
import { invalidField } from '../../../errors/domain-error.ts'
import {
  InsufficientStorage,
  type ObjectInfo,
  type Objects,
  type ObjectUpload,
  type ObjectUploads,
  partCountOf,
  partOf,
  shapeOfUpload,
  UploadIncomplete,
  UploadNotFound,
  type UploadShape,
} from '../../../ports/objects.ts'
import { type Actor, isEntitled } from '../files/actor.ts'
import {
  parseDescription,
  parseFileName,
  parseFolder,
  parseTags,
  sortName,
  wordsOf,
} from '../files/file-name.ts'
import { readFile, readUploading } from '../files/file-record.ts'
import {
  fileInTrash,
  fileNotFound,
  notYourFile,
  notYourUpload,
  noUpload,
  purposeText,
  storeFull,
  uploadIncomplete,
  uploadLost,
  uploadUnderWay,
} from '../files/files-errors.ts'
import { mediaTypeOf, SNIFFED_BYTES } from '../files/media-type.ts'
import { type FilePolicy, type FilePurpose, policyOf, takesMediaType } from '../policies/policy-store.ts'
import { moveStorage, reserveStorage } from '../quota/storage-quota.ts'
import { type Database, rows } from '../sql.ts'
import { changeVersion, lockVersion, refreshFile } from '../versions/change-version.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { quarantineKey } from '../versions/file-keys.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import { removeContent } from '../versions/file-removals.ts'
import type { FileVersion } from '../versions/file-version.ts'
import { notifyFile } from '../watch/file-notice.ts'

/** An upload that nobody resumes is given up after so long. */
const UPLOAD_HOURS = 24
/** A slow line takes its time for a part; a resumption gives fresh addresses. */
const PART_ADDRESS_SECONDS = 3600
/** All addresses are answered at once up to so many parts. */
const ADDRESSES_AT_ONCE = 32
const UNIQUE_VIOLATION = '23505'

export interface NewFile {
  readonly displayName: string
  readonly purpose: FilePurpose
  readonly sizeBytes: bigint
  readonly sha256: Buffer | undefined
  readonly mediaType: string
  readonly folder: string
  readonly tags: readonly string[]
  readonly description: string
  readonly expireTime: Date | undefined
  /** The file that gets a new version. */
  readonly versionOf: string | undefined
  readonly requestId: string | undefined
}

export interface UploadsOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly removals: FileRemovals
  /** Of an organisation that has none of its own. */
  readonly quotaBytes: bigint
  readonly log: Logger
}

/** How content of files arrives: begun, resumed, completed or given up. */
export class Uploads {
  readonly #options: UploadsOptions

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /** Sets room aside and begins an upload. A repeat by its request id answers what it made the first time. */
  async create(actor: Actor, asked: NewFile): Promise<{ fileId: string; version: FileVersion | undefined }> {
    const { dataSource } = this.#options
    const parsed: NewFile = {
      ...asked,
      displayName: parseFileName(asked.displayName),
      folder: parseFolder(asked.folder),
      tags: parseTags(asked.tags),
      description: parseDescription(asked.description),
    }
    checkPolicy(await policyOf(dataSource, parsed.purpose), parsed)
    const before = await this.#repeated(actor, parsed)
    if (before !== undefined) return this.#begun(before)
    try {
      const fileId = await inTransaction(dataSource, (manager) =>
        parsed.versionOf === undefined
          ? this.#insertFile(manager, actor, parsed)
          : this.#insertVersion(manager, actor, parsed, parsed.versionOf),
      )
      return await this.#begun(fileId)
    } catch (error) {
      const first = sqlState(error) === UNIQUE_VIOLATION ? await this.#repeated(actor, parsed) : undefined
      if (first === undefined) throw error
      return this.#begun(first)
    }
  }

  /** Which parts have arrived, and addresses for those asked for; the upload is kept for another while. */
  async resume(actor: Actor, fileId: string, numbers: readonly number[]): Promise<Upload> {
    const version = await this.#ownUpload(actor, fileId)
    const parts = partCountOf(shapeOf(version))
    const beyond = numbers.find((number) => number > parts)
    if (beyond !== undefined)
      throw invalidField('parts', `The upload has ${parts} parts: there is no part ${beyond}.`)
    await rows(
      this.#options.dataSource,
      `update file_versions set upload_expire_time = now() + make_interval(hours => $2)
       where id = $1 and state = 'UPLOADING'`,
      [version.id, UPLOAD_HOURS],
    )
    return this.message(
      await this.#withUpload(version),
      numbers,
      new Date(Date.now() + UPLOAD_HOURS * 3_600_000),
    )
  }

  /**
   * Ends an upload: what arrived is made one object, its type is looked at, and its scan is queued. The same again
   * does nothing. Crashes in between are made good by the same call.
   */
  async complete(actor: Actor, fileId: string, sha256: Buffer | undefined): Promise<void> {
    const { dataSource } = this.#options
    const version = await readUploading(dataSource, fileId)
    if (version === undefined) {
      if ((await readFile(dataSource, actor.organizationId, fileId)) === undefined) throw fileNotFound()
      return
    }
    await this.#ownUpload(actor, fileId)
    if (sha256 !== undefined && version.sha256 !== undefined && !sha256.equals(version.sha256)) {
      throw invalidField(
        'sha256',
        'is not the one that the upload was begun with. Leave it out, or cancel the upload.',
      )
    }
    const stored = await this.#assemble(version)
    if (stored === undefined) return
    const file = await readFile(dataSource, actor.organizationId, fileId)
    if (file === undefined) throw fileNotFound()
    const beginning = await this.#beginning(stored)
    const mediaType = await mediaTypeOf(beginning, file.displayName)
    const policy = await policyOf(dataSource, file.purpose)
    const failure = refusal(policy, version, stored, mediaType)
    const changed = await inTransaction(dataSource, (manager) =>
      changeVersion(manager, version.id, {
        to: failure === undefined ? 'SCANNING' : 'REJECTED',
        description: failure ?? 'All of it has arrived; it waits for its scan.',
        actorId: actor.userId,
        set: {
          mediaType,
          ...(sha256 === undefined ? {} : { sha256 }),
          ...(failure === undefined ? {} : { failure }),
        },
      }),
    )
    if (failure !== undefined) this.#options.removals.soon()
    // Cancelled meanwhile: nobody else knows of the object that it became.
    if (changed === undefined && !(await exists(dataSource, version.id))) {
      await this.#options.objects.delete(stored.key)
    }
  }

  /** Gives an upload up; with it goes a file that has no other version. */
  async cancel(actor: Actor, fileId: string): Promise<void> {
    const { dataSource } = this.#options
    const file = await readFile(dataSource, actor.organizationId, fileId)
    if (file === undefined) throw fileNotFound()
    const version = await readUploading(dataSource, fileId)
    if (version === undefined) throw noUpload()
    if (version.creatorId !== actor.userId && !isEntitled(actor, file)) throw notYourUpload()
    await this.giveUp(version.id, actor.userId, 'The upload was cancelled.')
  }

  /** False when it had ended before. */
  async giveUp(versionId: string, actorId: string | undefined, description: string): Promise<boolean> {
    const gone = await inTransaction(this.#options.dataSource, (manager) =>
      removeUpload(manager, versionId, actorId, description),
    )
    if (gone) this.#options.removals.soon()
    return gone
  }

  /**
   * What people see of an upload that goes on.
   *
   * @param numbers parts to give addresses for; undefined for all of them while they are few
   */
  async message(
    version: FileVersion,
    numbers: readonly number[] | undefined,
    expireTime = version.uploadExpireTime,
  ): Promise<Upload> {
    const { uploads } = this.#options
    const shape = shapeOf(version)
    const upload = uploadOf(version)
    const partCount = partCountOf(shape)
    const wanted = numbers ?? (partCount <= ADDRESSES_AT_ONCE ? countTo(partCount) : [])
    const arrived = await this.#arrived(upload)
    const addresses = await Promise.all(
      wanted.map(async (number) => ({
        number,
        ...(await uploads.signPart(upload, partOf(shape, number), { lifetimeSeconds: PART_ADDRESS_SECONDS })),
      })),
    )
    return { partSizeBytes: BigInt(shape.partSizeBytes), partCount, arrived, addresses, expireTime }
  }

  async #arrived(upload: ObjectUpload): Promise<UploadedPart[]> {
    try {
      const parts = await this.#options.uploads.listParts(upload)
      return parts.map(({ number, sizeBytes }) => ({ number, sizeBytes: BigInt(sizeBytes) }))
    } catch (error) {
      if (error instanceof UploadNotFound) throw uploadLost()
      throw error
    }
  }

  /** The file that the request made before. */
  async #repeated(actor: Actor, { requestId, versionOf }: NewFile): Promise<string | undefined> {
    if (requestId === undefined) return undefined
    const found = await rows<{ file_id: string }>(
      this.#options.dataSource,
      versionOf === undefined
        ? `select id as file_id from files where organization_id = $1 and owner_id = $2 and request_id = $3`
        : `select file_id from file_versions
           where organization_id = $1 and creator_id = $2 and request_id = $3 and file_id = $4 limit 1`,
      [actor.organizationId, actor.userId, requestId, ...(versionOf === undefined ? [] : [versionOf])],
    )
    return found[0]?.file_id
  }

  async #begun(fileId: string): Promise<{ fileId: string; version: FileVersion | undefined }> {
    const version = await readUploading(this.#options.dataSource, fileId)
    if (version === undefined) return { fileId, version }
    try {
      return { fileId, version: await this.#withUpload(version) }
    } catch (error) {
      // Whoever asked has no upload; neither does the quota.
      await this.giveUp(version.id, undefined, 'The store did not begin the upload.')
      throw error
    }
  }

  /** An upload that stands in the table is begun in the store by whoever needs it first. */
  async #withUpload(version: FileVersion): Promise<FileVersion> {
    if (version.uploadId !== undefined) return version
    const { dataSource, uploads } = this.#options
    const key = quarantineKey(version.id)
    const upload = await uploads.createUpload(key).catch((error: unknown) => {
      throw error instanceof InsufficientStorage ? storeFull(error) : error
    })
    const [kept] = await rows<{ upload_id: string }>(
      dataSource,
      `update file_versions set upload_id = coalesce(upload_id, $2)
       where id = $1 and state = 'UPLOADING' returning upload_id`,
      [version.id, upload.uploadId],
    )
    if (kept?.upload_id !== upload.uploadId) await uploads.abortUpload(upload)
    if (kept === undefined) throw noUpload()
    return { ...version, uploadId: kept.upload_id }
  }

  async #ownUpload(actor: Actor, fileId: string): Promise<FileVersion> {
    const { dataSource } = this.#options
    const version = await readUploading(dataSource, fileId)
    if (version === undefined || version.organizationId !== actor.organizationId) {
      if ((await readFile(dataSource, actor.organizationId, fileId)) === undefined) throw fileNotFound()
      throw noUpload()
    }
    if (version.creatorId !== actor.userId) throw notYourUpload()
    return version
  }

  /** One object of the parts that have arrived; undefined when someone else ended the upload meanwhile. */
  async #assemble(version: FileVersion): Promise<ObjectInfo | undefined> {
    const { dataSource, uploads } = this.#options
    const shape = shapeOf(version)
    if (version.uploadId === undefined) throw uploadIncomplete(countTo(partCountOf(shape)))
    try {
      return await uploads.completeUpload(uploadOf(version), shape)
    } catch (error) {
      if (error instanceof UploadIncomplete) throw uploadIncomplete(error.missing)
      if (error instanceof InsufficientStorage) throw storeFull(error)
      if (!(error instanceof UploadNotFound)) throw error
      const now = await readUploading(dataSource, version.fileId)
      if (now?.id !== version.id) return undefined
      throw uploadLost()
    }
  }

  async #beginning({ key, sizeBytes }: ObjectInfo): Promise<Buffer> {
    const chunks: Buffer[] = []
    const end = Math.min(sizeBytes, SNIFFED_BYTES)
    for await (const chunk of await this.#options.objects.get(key, { start: 0, end })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async #insertFile(manager: EntityManager, actor: Actor, asked: NewFile): Promise<string> {
    const fileId = v7()
    const { organizationId, userId } = actor
    await reserveStorage(manager, organizationId, asked.sizeBytes, this.#options.quotaBytes)
    const lifetime = (await policyOf(manager, asked.purpose)).defaultLifetimeS
    await rows(
      manager,
      `insert into files (id, organization_id, display_name, folder, tags, description, purpose, owner_id, state,
         size_bytes, expire_time, request_id, sort_name, words)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'UPLOADING', $9,
         coalesce($10::timestamptz, now() + make_interval(secs => $11)), $12, $13, array_to_tsvector($14))`,
      [
        fileId,
        organizationId,
        asked.displayName,
        asked.folder,
        asked.tags,
        asked.description,
        asked.purpose,
        userId,
        asked.sizeBytes,
        asked.expireTime ?? null,
        lifetime === undefined ? null : Number(lifetime),
        asked.requestId ?? null,
        sortName(asked.displayName),
        wordsOf(asked.displayName, asked.folder, ...asked.tags, asked.description),
      ],
    )
    await insertUpload(manager, actor, asked, fileId, 1)
    return fileId
  }

  async #insertVersion(
    manager: EntityManager,
    actor: Actor,
    asked: NewFile,
    fileId: string,
  ): Promise<string> {
    const file = await readFile(manager, actor.organizationId, fileId, 'for update')
    if (file === undefined) throw fileNotFound()
    if (!isEntitled(actor, file)) throw notYourFile()
    if (file.trashTime !== undefined) throw fileInTrash()
    if (file.purpose !== asked.purpose) {
      throw invalidField('purpose', `is not that of the file, which is for ${purposeText(file.purpose)}.`)
    }
    if ((await readUploading(manager, fileId)) !== undefined) throw uploadUnderWay()
    await reserveStorage(manager, actor.organizationId, asked.sizeBytes, this.#options.quotaBytes)
    await insertUpload(manager, actor, asked, fileId, file.latestVersion + 1)
    await refreshFile(manager, fileId)
    return fileId
  }
}

/** In a transaction; false when the upload had ended before. With it goes a file that has no other version. */
export async function removeUpload(
  manager: EntityManager,
  versionId: string,
  actorId: string | undefined,
  description: string,
): Promise<boolean> {
  const locked = await lockVersion(manager, versionId)
  if (locked === undefined || locked.version.state !== 'UPLOADING') return false
  const { id, fileId, organizationId, version, sizeBytes, objectKey, uploadId } = locked.version
  await rows(manager, 'delete from file_versions where id = $1', [id])
  await removeContent(manager, { objectKey: objectKey ?? quarantineKey(id), uploadId })
  await moveStorage(manager, organizationId, { usedBytes: 0n, reservedBytes: -sizeBytes })
  await writeFileEvent(manager, { fileId, organizationId, version, kind: 'cancelled', actorId, description })
  const [gone] = await rows(
    manager,
    `delete from files where id = $1 and not exists (select from file_versions where file_id = $1) returning id`,
    [fileId],
  )
  if (gone === undefined) await refreshFile(manager, fileId)
  await notifyFile(manager, organizationId, fileId, gone !== undefined)
  return true
}

async function insertUpload(
  manager: EntityManager,
  actor: Actor,
  asked: NewFile,
  fileId: string,
  version: number,
): Promise<void> {
  const { organizationId, userId } = actor
  const id = v7()
  await rows(
    manager,
    `insert into file_versions (id, file_id, organization_id, version, state, size_bytes, sha256, media_type, creator_id,
       object_key, part_size_bytes, upload_expire_time, request_id)
     values ($1, $2, $3, $4, 'UPLOADING', $5, $6, $7, $8, $9, $10, now() + make_interval(hours => $11), $12)`,
    [
      id,
      fileId,
      organizationId,
      version,
      asked.sizeBytes,
      asked.sha256 ?? null,
      asked.mediaType,
      userId,
      quarantineKey(id),
      shapeOfUpload(Number(asked.sizeBytes)).partSizeBytes,
      UPLOAD_HOURS,
      asked.requestId ?? null,
    ],
  )
  await writeFileEvent(manager, {
    fileId,
    organizationId,
    version,
    kind: 'created',
    to: 'UPLOADING',
    actorId: userId,
    description: `An upload of ${asked.sizeBytes} bytes was begun.`,
  })
  await notifyFile(manager, organizationId, fileId)
}

async function exists(database: Database, versionId: string): Promise<boolean> {
  const found = await rows(database, 'select from file_versions where id = $1', [versionId])
  return found.length > 0
}

function checkPolicy(policy: FilePolicy, { sizeBytes, purpose, expireTime }: NewFile): void {
  if (sizeBytes > policy.maxSizeBytes) {
    throw invalidField(
      'size_bytes',
      `Files for ${purposeText(purpose)} have at most ${policy.maxSizeBytes} bytes. Make it smaller, or choose another purpose.`,
      'FILE_TOO_LARGE',
    )
  }
  if (expireTime !== undefined && expireTime.getTime() <= Date.now()) {
    throw invalidField('expire_time', 'is not in the future. Choose a later time, or leave it out.')
  }
}

/** Why what arrived is not taken, in a sentence with the way out. */
function refusal(
  policy: FilePolicy,
  version: FileVersion,
  stored: ObjectInfo,
  mediaType: string,
): string | undefined {
  if (BigInt(stored.sizeBytes) !== version.sizeBytes) {
    return `${stored.sizeBytes} bytes arrived, and ${version.sizeBytes} were announced. Upload it again.`
  }
  if (version.sizeBytes > policy.maxSizeBytes) {
    return `Files for ${purposeText(policy.purpose)} have at most ${policy.maxSizeBytes} bytes. Make it smaller, or choose another purpose.`
  }
  if (takesMediaType(policy, mediaType)) return undefined
  return `By its content it is ${mediaType}, and files for ${purposeText(policy.purpose)} are ${policy.mediaTypes.join(', ')}. Convert it, or choose another purpose.`
}

function shapeOf(version: FileVersion): UploadShape {
  return {
    sizeBytes: Number(version.sizeBytes),
    partSizeBytes: Number(version.partSizeBytes ?? version.sizeBytes),
  }
}

function uploadOf(version: FileVersion): ObjectUpload {
  if (version.uploadId === undefined) throw new Error(`version ${version.id} has no upload in the store`)
  return { key: version.objectKey ?? quarantineKey(version.id), uploadId: version.uploadId }
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
