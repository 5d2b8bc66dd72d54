import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  assertObjectKey,
  assertObjectPrefix,
  type CreateUploadOptions,
  missingParts,
  type ObjectInfo,
  ObjectNotFound,
  type ObjectUpload,
  type ObjectUploads,
  partCountOf,
  type SignedUrl,
  type SignPartOptions,
  type StoredObject,
  type UnfinishedUpload,
  UploadIncomplete,
  UploadNotFound,
  type UploadPart,
  type UploadShape,
} from '../../ports/objects.ts'
import {
  hasCode,
  ifPresent,
  isAbsence,
  place,
  removeAtOnce,
  syncFolder,
  writeDurably,
  writing,
} from './durable-files.ts'
import type { FilesystemObjectsOptions } from './filesystem.ts'
import { listFiles } from './list-files.ts'
import { PartFile } from './part-file.ts'
import { signPartPath } from './signed-part.ts'
import { openStoredFile, partPath, shapePath } from './stored-file.ts'
import { unfinishedFolder } from './unfinished-folder.ts'
import { describedUpload, describeUpload, namesIn, objectIn, partsIn } from './upload-folder.ts'

// Folders beside the objects, on the same file system; no key has a segment that begins with a dot. An upload is a
// folder in the first, which parts are renamed into, until its completion moves that folder into the second.
const GOING_ON = '.uploads'
const COMPLETING = '.completing'
const UPLOAD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** What a completion misses of an upload that is not there. */
const ALL: readonly number[] = [1]
/** Uploads into the folder of FilesystemObjects. */
export class FilesystemUploads implements ObjectUploads {
  readonly #folder: string
  readonly #signingKey: Buffer
  readonly #now: () => Date
  readonly #unfinished: () => Promise<string>

  constructor(options: FilesystemObjectsOptions) {
    this.#folder = options.folder
    this.#signingKey = options.signingKey
    this.#now = options.now ?? (() => new Date())
    this.#unfinished = unfinishedFolder(this.#folder, this.#now)
  }

  // The type is given with each address to read from; a file has none.
  async createUpload(key: string, _options?: CreateUploadOptions): Promise<ObjectUpload> {
    assertObjectKey(key)
    const uploadId = randomUUID()
    await writing(async () => {
      const attic = await this.#unfinished()
      const made = join(attic, uploadId)
      try {
        await mkdir(made, { mode: 0o700 })
        await describeUpload(made, { key, createTime: this.#now() })
        await place(made, this.#goingOn(uploadId), attic)
      } finally {
        await rm(made, { recursive: true, force: true })
      }
    })
    return { key, uploadId }
  }

  async signPart(upload: ObjectUpload, part: UploadPart, options: SignPartOptions): Promise<SignedUrl> {
    assertObjectKey(upload.key)
    const expires = Math.floor(this.#now().getTime() / 1000) + options.lifetimeSeconds
    const expireTime = new Date(expires * 1000)
    const { key, uploadId } = upload
    return { url: signPartPath(this.#signingKey, { key, uploadId, ...part, expireTime }), expireTime }
  }

  async listParts(upload: ObjectUpload): Promise<readonly UploadPart[]> {
    const folder = this.#goingOn(upload.uploadId)
    const parts = await ifPresent(() => partsIn(folder))
    if (parts === undefined || !(await this.isGoingOn(upload))) throw new UploadNotFound(upload.key)
    return parts
  }

  /** Whether an upload takes parts. */
  async isGoingOn(upload: ObjectUpload): Promise<boolean> {
    return (await describedUpload(this.#goingOn(upload.uploadId)))?.key === upload.key
  }

  /**
   * Writes one part, which counts from the moment on that this resolves. Throws UploadNotFound when the upload ended
   * meanwhile, RangeError when the content is not of the size of the part; nothing is left of it then. The chunks of the
   * content are its own from then on.
   */
  async receivePart(
    upload: ObjectUpload,
    part: UploadPart,
    content: Readable,
    signal?: AbortSignal,
  ): Promise<void> {
    const folder = this.#goingOn(upload.uploadId)
    await writing(async () => {
      const unfinished = join(await this.#unfinished(), randomUUID())
      try {
        const file = new PartFile(unfinished)
        await file.take(content, signal)
        if (file.bytesWritten !== part.sizeBytes) {
          throw new RangeError(
            `part ${part.number} came with ${file.bytesWritten} of ${part.sizeBytes} bytes`,
          )
        }
        await rename(unfinished, partPath(folder, part.number)).catch((error: unknown) => {
          if (isAbsence(error)) throw new UploadNotFound(upload.key, { cause: error })
          throw error
        })
        // Completed meanwhile, and complete with this part: it is on the disk where it was moved to.
        await ifPresent(() => syncFolder(folder))
      } finally {
        await rm(unfinished, { force: true })
      }
    })
  }

  async completeUpload(upload: ObjectUpload, shape: UploadShape): Promise<ObjectInfo> {
    assertObjectKey(upload.key)
    const { key } = upload
    const completing = join(this.#folder, COMPLETING, upload.uploadId)
    const missing = await writing(async () => {
      await ifPresent(() => this.#seal(upload, shape, completing))
      return (await ifPresent(() => this.#assemble(key, shape, completing))) ?? ALL
    })
    const attic = await this.#unfinished()
    if (missing.length === 0) {
      await removeAtOnce(completing, attic)
      return { key, sizeBytes: shape.sizeBytes }
    }
    // Nothing is left of it: it has ended before, by this completion or another one that came first.
    const stored = await this.#stored(key)
    if (stored?.sizeBytes !== shape.sizeBytes) throw new UploadNotFound(key)
    await removeAtOnce(completing, attic)
    return stored
  }

  /** From then on no PUT finds the folder of the upload. */
  async #seal(upload: ObjectUpload, shape: UploadShape, completing: string): Promise<void> {
    const folder = this.#goingOn(upload.uploadId)
    if ((await describedUpload(folder))?.key !== upload.key) return
    const missing = missingParts(shape, await partsIn(folder))
    if (missing.length > 0) throw new UploadIncomplete(upload.key, missing)
    // While the upload still stays as it is where the disk is full. Not with the folder around it: another completion
    // may have moved that on.
    await mkdir(objectIn(folder), { mode: 0o700 }).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error
    })
    await this.#write(shapePath(folder), JSON.stringify(shape))
    await mkdir(join(this.#folder, COMPLETING), { mode: 0o700, recursive: true })
    await rename(folder, completing)
    await syncFolder(join(this.#folder, COMPLETING))
  }

  /**
   * Moves what arrived into a folder that no PUT knows, then to its key: a PUT that had looked its folder up just before
   * that was moved may still rename into that, where nothing is read any more. Interrupted, it goes on when called again;
   * twice at a time, each does what the other has not done. Answers what is not there.
   */
  async #assemble(key: string, shape: UploadShape, completing: string): Promise<readonly number[]> {
    const object = objectIn(completing)
    const taken = new Set((await partsIn(object)).map(({ number }) => number))
    for (const { number } of await partsIn(completing)) {
      if (taken.has(number)) continue
      await ifPresent(() => rename(partPath(completing, number), partPath(object, number)))
    }
    const missing = missingParts(shape, await partsIn(object))
    if (missing.length > 0) return missing
    await ifPresent(() => rename(shapePath(completing), shapePath(object)))
    await syncFolder(object)
    const whole = partCountOf(shape) === 1 ? partPath(object, 1) : object
    await place(whole, join(this.#folder, key), await this.#unfinished())
    return []
  }

  async abortUpload(upload: ObjectUpload): Promise<void> {
    if (!UPLOAD_ID.test(upload.uploadId)) return
    const attic = await this.#unfinished()
    await removeAtOnce(this.#goingOn(upload.uploadId), attic)
    await removeAtOnce(join(this.#folder, COMPLETING, upload.uploadId), attic)
  }

  async *listUploads(prefix: string, olderThan: Date): AsyncIterable<UnfinishedUpload> {
    if (prefix.endsWith('/')) assertObjectPrefix(prefix)
    else assertObjectKey(prefix)
    for (const state of [GOING_ON, COMPLETING]) {
      for (const uploadId of await namesIn(join(this.#folder, state))) {
        const described = await describedUpload(join(this.#folder, state, uploadId))
        if (described === undefined || described.createTime >= olderThan) continue
        const { key } = described
        if (prefix.endsWith('/') ? key.startsWith(prefix) : key === prefix) yield { ...described, uploadId }
      }
    }
  }

  async move(key: string, to: string): Promise<ObjectInfo> {
    assertObjectKey(key)
    assertObjectKey(to)
    const source = join(this.#folder, key)
    const target = join(this.#folder, to)
    if ((await this.#stored(key)) !== undefined) {
      // Absent where another call moved it first.
      await writing(async () => {
        const attic = await this.#unfinished()
        await ifPresent(() => place(source, target, attic))
      })
    }
    const moved = await this.#stored(to)
    if (moved === undefined) throw new ObjectNotFound(key)
    return moved
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix)
    return listFiles(join(this.#folder, prefix), prefix)
  }

  async #stored(key: string): Promise<ObjectInfo | undefined> {
    const file = await openStoredFile(this.#folder, key)
    await file?.close()
    return file === undefined ? undefined : { key, sizeBytes: file.sizeBytes }
  }

  async #write(path: string, text: string): Promise<void> {
    const attic = await this.#unfinished()
    const unfinished = join(attic, randomUUID())
    try {
      await writeDurably(unfinished, text)
      await rename(unfinished, path)
    } finally {
      await rm(unfinished, { force: true })
    }
  }

  #goingOn(uploadId: string): string {
    // Not another path, whatever is asked for.
    return join(this.#folder, GOING_ON, UPLOAD_ID.test(uploadId) ? uploadId : '.none')
  }
}
