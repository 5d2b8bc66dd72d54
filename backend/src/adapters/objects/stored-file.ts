import { createReadStream } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ObjectNotFound, partCountOf, partOf, type UploadShape } from '../../ports/objects.ts'
import { ifPresent, isAbsence } from './durable-files.ts'

// An object is a file, or a folder with the parts of its upload and this beside them: a completion of any size costs
// a few renames then, and no copy. No key has a segment that begins with a dot, so none names what is in the folder.
const SHAPE_FILE = '.parts'

export const shapePath = (folder: string) => join(folder, SHAPE_FILE)
export const partPath = (folder: string, number: number) => join(folder, `.${number}`)

/** Of one read: with Node's 64 KiB reading costs more processor time than what is done with the bytes. */
const READ_BYTES = 128 * 1024

/** The number of the part whose file has this name; undefined for other files. */
export function partNumberOf(name: string): number | undefined {
  const digits = /^\.([1-9]\d{0,4})$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export interface StoredFile {
  readonly sizeBytes: number
  readonly changeTime: Date
  /** Of this content and no later one under the same path. */
  readonly version: string
  /**
   * Bytes [start, end), where 0 <= start < end <= size. Once, and then no close is needed. Fails with ObjectNotFound when
   * it is moved or deleted meanwhile and is made of parts.
   */
  read(start: number, end: number): Readable
  close(): Promise<void>
}

/** What stands in a store's folder under a key; undefined for what is absent, or a folder that is no object. */
export async function openStoredFile(folder: string, key: string): Promise<StoredFile | undefined> {
  const path = join(folder, key)
  const whole = await ifPresent(() => open(path))
  if (whole === undefined) return undefined
  const found = await whole.stat({ bigint: true }).catch(async (error: unknown) => {
    await whole.close()
    throw error
  })
  if (found.isFile()) {
    return storedFile(whole, Number(found.size), found, (start, end) =>
      whole.createReadStream({ start, end: end - 1, highWaterMark: READ_BYTES }),
    )
  }
  await whole.close()
  const described = await ifPresent(() => open(shapePath(path)))
  if (described === undefined) return undefined
  try {
    const shape = JSON.parse(await described.readFile('utf8')) as UploadShape
    const changed = await described.stat({ bigint: true })
    return storedFile(undefined, shape.sizeBytes, changed, (start, end) =>
      readParts(path, key, shape, start, end),
    )
  } finally {
    await described.close()
  }
}

/** Whether a folder is an object made of parts. */
export async function isObjectOfParts(path: string): Promise<boolean> {
  return (await ifPresent(() => stat(shapePath(path)))) !== undefined
}

function storedFile(
  handle: FileHandle | undefined,
  sizeBytes: number,
  { mtimeNs, mtime }: { readonly mtimeNs: bigint; readonly mtime: Date },
  read: StoredFile['read'],
): StoredFile {
  return {
    sizeBytes,
    changeTime: mtime,
    version: `${mtimeNs.toString(36)}-${sizeBytes.toString(36)}`,
    read,
    close: async () => handle?.close(),
  }
}

/** Part after part: one file is open at a time. */
function readParts(folder: string, key: string, shape: UploadShape, start: number, end: number): Readable {
  return Readable.from(
    (async function* () {
      const count = partCountOf(shape)
      for (let number = Math.floor(start / shape.partSizeBytes) + 1; number <= count; number += 1) {
        const begin = (number - 1) * shape.partSizeBytes
        if (begin >= end) return
        const first = Math.max(start - begin, 0)
        const last = Math.min(end - begin, partOf(shape, number).sizeBytes) - 1
        const part = createReadStream(partPath(folder, number), {
          start: first,
          end: last,
          highWaterMark: READ_BYTES,
        })
        let missing = last - first + 1
        try {
          for await (const chunk of part as AsyncIterable<Buffer>) {
            missing -= chunk.length
            yield chunk
          }
        } catch (error) {
          throw isAbsence(error) ? new ObjectNotFound(key, { cause: error }) : error
        }
        if (missing !== 0) throw new Error(`part ${number} in ${folder} is ${missing} bytes short`)
      }
    })(),
    { objectMode: false },
  )
}
