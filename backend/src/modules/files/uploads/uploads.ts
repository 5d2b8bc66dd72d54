import { Readable } from 'node:stream'
import type { Upload, UploadedPart } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction, sqlState } from '../../../database/index.ts'
import { type DomainError, invalidField } from '../../../errors/domain-error.ts'
import {
  InsufficientStorage,
  type Objects,
  type ObjectUploads,
  partCountOf,
  partOf,
  UploadNotFound,
  type UploadPart,
} from '../../../ports/objects.ts'
import { type Actor, isEntitled } from '../files/actor.ts'
import { readFile, readUploading } from '../files/file-record.ts'
import { fileNotFound, notYourUpload, noUpload, storeFull } from '../files/files-errors.ts'
import { policyOf } from '../policies/policy-store.ts'
import { rows } from '../sql.ts'
import { quarantineKey } from '../versions/file-keys.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import type { FileVersion } from '../versions/file-version.ts'
import { checkPolicy, type NewFile, parseNewFile } from './new-file.ts'
import { UploadCompletion } from './upload-completion.ts'
import { insertFile, insertVersion, removeUpload, repeatedUpload, UPLOAD_HOURS } from './upload-rows.ts'
import { partNumbers, shapeOf, uploadOf } from './upload-shape.ts'

/** A slow line takes its time for a part; a resumption gives fresh addresses. */
const PART_ADDRESS_SECONDS = 3600
/** All addresses are answered at once up to so many parts. */
const ADDRESSES_AT_ONCE = 32
const UNIQUE_VIOLATION = '23505'
/** Of the same creation, of which one that came first was given up meanwhile. */
const CREATIONS = 3

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
  readonly #completion: UploadCompletion

  constructor(options: UploadsOptions) {
    this.#options = options
    this.#completion = new UploadCompletion(options)
  }

  /** Sets room aside and begins an upload. A repeat by its request id answers what it made the first time. */
  async create(actor: Actor, asked: NewFile): Promise<{ fileId: string; version: FileVersion | undefined }> {
    const { dataSource } = this.#options
    const parsed = parseNewFile(asked)
    checkPolicy(await policyOf(dataSource, parsed.purpose), parsed)
    for (let attempt = 1; ; attempt += 1) {
      const before = await repeatedUpload(dataSource, actor, parsed)
      if (before !== undefined) return await this.#begun(before)
      try {
        const fileId = await inTransaction(dataSource, (manager) =>
          parsed.versionOf === undefined
            ? insertFile(manager, actor, parsed, this.#options.quotaBytes)
            : insertVersion(manager, actor, parsed, parsed.versionOf, this.#options.quotaBytes),
        )
        return await this.#begun(fileId)
      } catch (error) {
        if (sqlState(error) !== UNIQUE_VIOLATION || attempt === CREATIONS) throw error
      }
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
    const begun = await this.#withUpload(version)
    if (begun === undefined) throw await this.#ended(version)
    return this.message(begun, numbers, new Date(Date.now() + UPLOAD_HOURS * 3_600_000))
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
    checkOwner(actor, version)
    if (sha256 !== undefined && version.sha256 !== undefined && !sha256.equals(version.sha256)) {
      throw invalidField(
        'sha256',
        'is not the one that the upload was begun with. Leave it out, or cancel the upload.',
      )
    }
    const stored = await this.#completion.assemble(version)
    if (stored !== undefined) await this.#completion.settle(actor, version, stored, sha256)
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
      await this.#completion.settle(actor, version, stored, undefined)
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
    if (!(await this.giveUp(version.id, actor.userId, 'The upload was cancelled.')))
      throw await this.#ended(version)
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
    const wanted = numbers ?? (partCount <= ADDRESSES_AT_ONCE ? partNumbers(partCount) : [])
    const arrived = await this.#arrived(version)
    const addresses = await Promise.all(
      wanted.map(async (number) => ({
        number,
        ...(await uploads.signPart(upload, partOf(shape, number), { lifetimeSeconds: PART_ADDRESS_SECONDS })),
      })),
    )
    return { partSizeBytes: BigInt(shape.partSizeBytes), partCount, arrived, addresses, expireTime }
  }

  async #arrived(version: FileVersion): Promise<UploadedPart[]> {
    const arrived = ({ number, sizeBytes }: UploadPart) => ({ number, sizeBytes: BigInt(sizeBytes) })
    try {
      return (await this.#options.uploads.listParts(uploadOf(version))).map(arrived)
    } catch (error) {
      if (!(error instanceof UploadNotFound)) throw error
      // A completion got so far, which runs or was interrupted: completed again, it says whether all has arrived.
      const stored = await this.#completion.assemble(version)
      const now = stored && (await readUploading(this.#options.dataSource, version.fileId))
      if (now?.id !== version.id) throw await this.#ended(version)
      const shape = shapeOf(version)
      return partNumbers(partCountOf(shape)).map((number) => arrived(partOf(shape, number)))
    }
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

  /** An upload that stands in the table is begun in the store by whoever needs it first; undefined when it has ended. */
  async #withUpload(version: FileVersion): Promise<FileVersion | undefined> {
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
    return kept === undefined ? undefined : { ...version, uploadId: kept.upload_id }
  }

  async #ownUpload(actor: Actor, fileId: string): Promise<FileVersion> {
    const { dataSource } = this.#options
    const version = await readUploading(dataSource, fileId)
    if (version === undefined) throw await this.#ended({ fileId, organizationId: actor.organizationId })
    checkOwner(actor, version)
    return version
  }

  /** What to say of an upload that goes on no more. */
  async #ended({
    fileId,
    organizationId,
  }: Pick<FileVersion, 'fileId' | 'organizationId'>): Promise<DomainError> {
    const file = await readFile(this.#options.dataSource, organizationId, fileId)
    return file === undefined ? fileNotFound() : noUpload()
  }
}

function checkOwner(actor: Actor, version: FileVersion): void {
  if (version.organizationId !== actor.organizationId) throw fileNotFound()
  if (version.creatorId !== actor.userId) throw notYourUpload()
}
