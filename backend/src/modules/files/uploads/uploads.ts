import { Readable } from 'node:stream'
import type { Upload, UploadedPart } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
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
  UploadIncomplete,
  UploadNotFound,
  type UploadShape,
} from '../../../ports/objects.ts'
import { type Actor, isEntitled } from '../files/actor.ts'
import { readFile, readUploading } from '../files/file-record.ts'
import {
  fileNotFound,
  notYourUpload,
  noUpload,
  storeFull,
  uploadIncomplete,
  uploadLost,
} from '../files/files-errors.ts'
import { mediaTypeOf, SNIFFED_BYTES } from '../files/media-type.ts'
import { policyOf } from '../policies/policy-store.ts'
import { type Database, rows } from '../sql.ts'
import { changeVersion } from '../versions/change-version.ts'
import { quarantineKey } from '../versions/file-keys.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import type { FileVersion } from '../versions/file-version.ts'
import { checkPolicy, type NewFile, parseNewFile, refusal } from './new-file.ts'
import { insertFile, insertVersion, removeUpload, UPLOAD_HOURS } from './upload-rows.ts'

/** A slow line takes its time for a part; a resumption gives fresh addresses. */
const PART_ADDRESS_SECONDS = 3600
/** All addresses are answered at once up to so many parts. */
const ADDRESSES_AT_ONCE = 32
const UNIQUE_VIOLATION = '23505'

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
    const parsed = parseNewFile(asked)
    checkPolicy(await policyOf(dataSource, parsed.purpose), parsed)
    const before = await this.#repeated(actor, parsed)
    if (before !== undefined) return this.#begun(before)
    try {
      const fileId = await inTransaction(dataSource, (manager) =>
        parsed.versionOf === undefined
          ? insertFile(manager, actor, parsed, this.#options.quotaBytes)
          : insertVersion(manager, actor, parsed, parsed.versionOf, this.#options.quotaBytes),
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
    await this.#settle(actor, version, stored, sha256)
  }

  /** The same for what the server itself has: its content is put into quarantine, and its scan is queued. */
  async take(actor: Actor, asked: NewFile, content: Buffer): Promise<string> {
    const { dataSource, objects, quotaBytes } = this.#options
    const parsed = parseNewFile({ ...asked, sizeBytes: BigInt(content.length) })
    checkPolicy(await policyOf(dataSource, parsed.purpose), parsed)
    const fileId = await inTransaction(dataSource, (manager) =>
      insertFile(manager, actor, parsed, quotaBytes),
    )
    const version = await readUploading(dataSource, fileId)
    if (version === undefined) throw new Error(`the version of file ${fileId} is gone`)
    try {
      const stored = await objects.put(quarantineKey(version.id), Readable.from([content]))
      await this.#settle(actor, version, stored, undefined)
    } catch (error) {
      await this.giveUp(version.id, undefined, 'The store did not take its content.')
      throw error
    }
    return fileId
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

  /** Looks at what arrived and queues its scan, or rejects it. */
  async #settle(
    actor: Actor,
    version: FileVersion,
    stored: ObjectInfo,
    sha256: Buffer | undefined,
  ): Promise<void> {
    const { dataSource } = this.#options
    const file = await readFile(dataSource, actor.organizationId, version.fileId)
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
}

async function exists(database: Database, versionId: string): Promise<boolean> {
  const found = await rows(database, 'select from file_versions where id = $1', [versionId])
  return found.length > 0
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
