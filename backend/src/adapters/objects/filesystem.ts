import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  assertByteRange,
  assertObjectKey,
  assertObjectPrefix,
  type ObjectInfo,
  ObjectNotFound,
  type Objects,
  type PutOptions,
  type SignedUrl,
  type SignGetOptions,
} from '../../ports/objects.ts'
import { signPath } from './signed-path.ts'

export interface FilesystemObjectsOptions {
  /** Made when absent. Everything in it belongs to this store. */
  readonly folder: string
  /** 32 bytes or more; the same in every process that signs or serves. */
  readonly signingKey: Buffer
  readonly now?: () => Date
}

// Unfinished writes stand in one folder beside the objects, on the same file system, so that a rename
// publishes them; no key can name it, for keys have no segment that begins with a dot.
const UNFINISHED = '.unfinished'
// Longer than any write takes: another process may be at it.
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/** Objects as files in one folder, for one machine. */
export class FilesystemObjects implements Objects {
  readonly #folder: string
  readonly #signingKey: Buffer
  readonly #now: () => Date
  #swept = false

  constructor(options: FilesystemObjectsOptions) {
    this.#folder = options.folder
    this.#signingKey = options.signingKey
    this.#now = options.now ?? (() => new Date())
  }

  /** Where a key's file stands, present or not. */
  pathOf(key: string): string {
    assertObjectKey(key)
    return join(this.#folder, key)
  }

  async put(key: string, content: Readable, options: PutOptions = {}): Promise<ObjectInfo> {
    const path = this.pathOf(key)
    const unfinished = await this.#unfinishedPath()
    try {
      const file = createWriteStream(unfinished, { flags: 'wx', mode: 0o600 })
      await pipeline(content, file, options.signal === undefined ? {} : { signal: options.signal })
      return { key, sizeBytes: await publish(unfinished, path) }
    } finally {
      await rm(unfinished, { force: true })
    }
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<ObjectInfo> {
    const target = this.pathOf(key)
    options.signal?.throwIfAborted()
    try {
      return { key, sizeBytes: await publish(path, target) }
    } catch (error) {
      if (!hasCode(error, 'EXDEV')) throw error
      return await this.put(key, createReadStream(path), options)
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = await statOrUndefined(this.pathOf(key))
    return found === undefined ? undefined : { key, sizeBytes: found.size }
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Readable> {
    const path = this.pathOf(key)
    const handle = await open(path).catch((error: unknown) => {
      if (isAbsence(error)) throw new ObjectNotFound(key, { cause: error })
      throw error
    })
    try {
      const { size } = await handle.stat()
      if (range !== undefined) assertByteRange(range, size)
      if (size === 0) {
        await handle.close()
        return Readable.from([])
      }
      const { start, end } = range ?? { start: 0, end: size }
      return handle.createReadStream({ start, end: end - 1 })
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async delete(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true })
  }

  async deletePrefix(prefix: string): Promise<void> {
    assertObjectPrefix(prefix)
    await rm(join(this.#folder, prefix), { recursive: true, force: true })
  }

  async signGet(key: string, options: SignGetOptions): Promise<SignedUrl> {
    assertObjectKey(key)
    return signPath(this.#signingKey, key, options, this.#now())
  }

  async close(): Promise<void> {
    // Every operation releases its own file.
  }

  async #unfinishedPath(): Promise<string> {
    const folder = join(this.#folder, UNFINISHED)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!this.#swept) {
      this.#swept = true
      await this.#sweep(folder)
    }
    return join(folder, randomUUID())
  }

  /** Clears what a process that was killed left. */
  async #sweep(folder: string): Promise<void> {
    const abandoned = this.#now().getTime() - ABANDONED_AFTER_MS
    for (const name of await readdir(folder)) {
      const found = await statOrUndefined(join(folder, name))
      if (found !== undefined && found.mtimeMs < abandoned) await rm(join(folder, name), { force: true })
    }
  }
}

/**
 * Moves a complete file to its place so that it survives a power cut: content before name, as rename(2)
 * orders neither. Answers its size.
 */
async function publish(source: string, target: string): Promise<number> {
  const sizeBytes = await syncFile(source)
  const folder = dirname(target)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(source, target)
  await syncFolder(folder)
  return sizeBytes
}

async function syncFile(path: string): Promise<number> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; NTFS journals names itself.
  if (process.platform === 'win32') return
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Undefined for what is absent, or a folder. */
async function statOrUndefined(path: string) {
  try {
    const found = await stat(path)
    return found.isFile() ? found : undefined
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

function isAbsence(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
