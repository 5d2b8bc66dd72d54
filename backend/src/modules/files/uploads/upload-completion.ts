import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import {
  InsufficientStorage,
  type ObjectInfo,
  ObjectNotFound,
  type Objects,
  type ObjectUploads,
  partCountOf,
  UploadIncomplete,
  UploadNotFound,
} from '../../../ports/objects.ts'
import type { Actor } from '../files/actor.ts'
import { readFile, readUploading } from '../files/file-record.ts'
import { storeFull, uploadIncomplete, uploadLost } from '../files/files-errors.ts'
import { mediaTypeOf, SNIFFED_BYTES } from '../files/media-type.ts'
import { policyOf } from '../policies/policy-store.ts'
import { rows } from '../sql.ts'
import { changeVersion } from '../versions/change-version.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import type { FileVersion } from '../versions/file-version.ts'
import { refusal } from './new-file.ts'
import { partNumbers, shapeOf, uploadOf } from './upload-shape.ts'

export interface UploadCompletionOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly removals: FileRemovals
}

/**
 * How an upload ends well. Anybody may end it meanwhile: the same call that came first, and after it a worker that moves
 * the object away, or deletes it; or a cancellation. Whoever comes second then leaves all as it is.
 */
export class UploadCompletion {
  readonly #options: UploadCompletionOptions

  constructor(options: UploadCompletionOptions) {
    this.#options = options
  }

  /** One object of the parts that have arrived; undefined when someone else ended the upload meanwhile. */
  async assemble(version: FileVersion): Promise<ObjectInfo | undefined> {
    const shape = shapeOf(version)
    if (version.uploadId === undefined) throw uploadIncomplete(partNumbers(partCountOf(shape)))
    try {
      return await this.#options.uploads.completeUpload(uploadOf(version), shape)
    } catch (error) {
      if (error instanceof UploadIncomplete) throw uploadIncomplete(error.missing)
      if (error instanceof InsufficientStorage) throw storeFull(error)
      if (!(error instanceof UploadNotFound)) throw error
      if (await this.#isUploading(version)) throw uploadLost()
      return undefined
    }
  }

  /** Looks at what arrived and queues its scan, or rejects it. */
  async settle(
    actor: Actor,
    version: FileVersion,
    stored: ObjectInfo,
    sha256: Buffer | undefined,
  ): Promise<void> {
    const { dataSource, objects } = this.#options
    try {
      if (await this.#queueScan(actor, version, stored, sha256)) return
    } catch (error) {
      if (!(error instanceof ObjectNotFound) || (await this.#isUploading(version))) throw error
    }
    const left = await rows(dataSource, 'select from file_versions where id = $1', [version.id])
    // Cancelled meanwhile: nobody else knows of the object that it became.
    if (left.length === 0) await objects.delete(stored.key)
  }

  /** False, and nothing done, when the upload has ended. Throws ObjectNotFound when its content is gone. */
  async #queueScan(
    actor: Actor,
    version: FileVersion,
    stored: ObjectInfo,
    sha256: Buffer | undefined,
  ): Promise<boolean> {
    const { dataSource, removals } = this.#options
    const file = await readFile(dataSource, version.organizationId, version.fileId)
    if (file === undefined) return false
    const mediaType = await mediaTypeOf(await this.#beginning(stored), file.displayName)
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
    if (failure !== undefined) removals.soon()
    return changed !== undefined
  }

  async #beginning({ key, sizeBytes }: ObjectInfo): Promise<Buffer> {
    const chunks: Buffer[] = []
    const end = Math.min(sizeBytes, SNIFFED_BYTES)
    for await (const chunk of await this.#options.objects.get(key, { start: 0, end })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async #isUploading({ id, fileId }: FileVersion): Promise<boolean> {
    return (await readUploading(this.#options.dataSource, fileId))?.id === id
  }
}
