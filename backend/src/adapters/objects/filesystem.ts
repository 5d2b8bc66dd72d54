import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  assertByteRange,
  assertObjectKey,
  assertObjectPrefix,
  assertReleasedKey,
  type ObjectInfo,
  ObjectNotFound,
  type Objects,
  type PutOptions,
  type SignedUrl,
  type SignGetOptions,
} from '../../ports/objects.ts'
import { hasCode, place, removeAtOnce, syncFile, writing } from './durable-files.ts'
import { signPath } from './signed-path.ts'
import { isObjectOfParts, openStoredFile, type StoredFile } from './stored-file.ts'
import { unfinishedFolder } from './unfinished-folder.ts'

export interface FilesystemObjectsOptions {
  /** Made when absent. Everything in it belongs to this store. */
  readonly folder: string
  /** 32 bytes or more; the same in every process that signs or serves. */
  readonly signingKey: Buffer
  readonly now?: () => Date
}

/** Objects as files in one folder, for one machine. */
export class FilesystemObjects implements Objects {
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

  async put(key: string, content: Readable, options: PutOptions = {}): Promise<ObjectInfo> {
    const path = this.#pathOf(key)
    return writing(async () => {
      const folder = await this.#unfinished()
      const unfinished = join(folder, randomUUID())
      try {
        const file = createWriteStream(unfinished, { flags: 'wx', mode: 0o600 })
        await pipeline(content, file, options.signal === undefined ? {} : { signal: options.signal })
        const sizeBytes = await syncFile(unfinished)
        await place(unfinished, path, folder)
        return { key, sizeBytes }
      } finally {
        await rm(unfinished, { force: true })
      }
    })
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<ObjectInfo> {
    const target = this.#pathOf(key)
    options.signal?.throwIfAborted()
    try {
      return await writing(async () => {
        const sizeBytes = await syncFile(path)
        await place(path, target, await this.#unfinished())
        return { key, sizeBytes }
      })
    } catch (error) {
      if (!hasCode(error, 'EXDEV')) throw error
      return await this.put(key, createReadStream(path), options)
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const file = await this.open(key)
    await file?.close()
    return file === undefined ? undefined : { key, sizeBytes: file.sizeBytes }
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Readable> {
    const file = await this.open(key)
    if (file === undefined) throw new ObjectNotFound(key)
    try {
      const { sizeBytes } = file
      if (range !== undefined) assertByteRange(range, sizeBytes)
      if (sizeBytes === 0) {
        await file.close()
        return Readable.from([])
      }
      const { start, end } = range ?? { start: 0, end: sizeBytes }
      return file.read(start, end)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Undefined when absent. */
  async open(key: string): Promise<StoredFile | undefined> {
    assertObjectKey(key)
    return openStoredFile(this.#folder, key)
  }

  async delete(key: string): Promise<void> {
    const path = this.#pathOf(key)
    if (await isObjectOfParts(path)) await removeAtOnce(path, await this.#unfinished())
    else await rm(path, { force: true })
  }

  async deletePrefix(prefix: string): Promise<void> {
    assertObjectPrefix(prefix)
    const path = join(this.#folder, prefix)
    // The name of an object is no prefix of its parts.
    if (!(await isObjectOfParts(path))) await rm(path, { recursive: true, force: true })
  }

  async signGet(key: string, options: SignGetOptions): Promise<SignedUrl> {
    assertReleasedKey(key)
    return signPath(this.#signingKey, key, options, this.#now())
  }

  async close(): Promise<void> {
    // Every operation releases its own file.
  }

  #pathOf(key: string): string {
    assertObjectKey(key)
    return join(this.#folder, key)
  }
}
