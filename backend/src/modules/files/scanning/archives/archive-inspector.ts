import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { archiveKind, HEAD_BYTES } from './archive-kind.ts'
import { ArchiveRefused, refused } from './archive-refused.ts'
import { ByteReader } from './byte-reader.ts'
import type { Look } from './look.ts'
import { lookIntoTar } from './look-into-tar.ts'
import { lookIntoZip } from './look-into-zip.ts'
import { UNPACKED_BYTES } from './unpacked-bytes.ts'
import { endsAsZip, ZIP_TAIL_BYTES } from './zip-tail.ts'

export interface ArchiveLimits {
  /** Of everything that is in it, and in what is in that. */
  readonly maxUnpackedBytes: number
  readonly encrypted: 'ALLOW' | 'REJECT'
  /** In it, and in what is in that. Default: 200,000, which a directory of some megabytes names. */
  readonly maxEntries?: number
}

/** Archives in archives; a tar that is gzipped is two deep. */
const NESTING_MAX = 8
const ENTRIES_MAX = 200_000

/**
 * Looks into a content as it streams by, and unpacks what is an archive, to nowhere: some kilobytes at a time, never
 * to disk and never as a whole.
 */
export class ArchiveInspector {
  readonly #limits: ArchiveLimits
  readonly #input = new PassThrough({ highWaterMark: 256 * 1024 })
  readonly #looking: Promise<void>
  #unpackedBytes = 0
  #entries = 0
  /** The last chunks of the content itself, as many as a tail needs. */
  readonly #last: Buffer[] = []
  #lastBytes = 0
  #beginsAsZip = false
  #over = false

  constructor(limits: ArchiveLimits) {
    this.#limits = limits
    this.#looking = this.#look(this.#input, 0).finally(() => {
      this.#over = true
      this.#input.emit('drain')
    })
    this.#looking.catch(() => undefined)
  }

  /** Resolves when there is room for more. Throws ArchiveRefused when what came so far is reason enough. */
  async write(chunk: Buffer): Promise<void> {
    this.#keepLast(chunk)
    if (!this.#over && !this.#input.write(chunk) && !this.#over) await once(this.#input, 'drain')
    if (this.#over) await this.#looking
  }

  /** After the last byte. Throws ArchiveRefused. */
  async end(): Promise<void> {
    this.#input.end()
    await this.#looking
    if (!this.#beginsAsZip && endsAsZip(Buffer.concat(this.#last).subarray(-ZIP_TAIL_BYTES)))
      throw refused.hidden()
  }

  destroy(): void {
    this.#input.destroy()
  }

  #keepLast(chunk: Buffer): void {
    this.#last.push(chunk)
    this.#lastBytes += chunk.length
    for (let [first] = this.#last; first !== undefined; [first] = this.#last) {
      if (this.#lastBytes - first.length < ZIP_TAIL_BYTES) return
      this.#lastBytes -= first.length
      this.#last.shift()
    }
  }

  async #look(content: AsyncIterable<Buffer>, depth: number): Promise<void> {
    const reader = new ByteReader(content)
    const kind = archiveKind(await reader.peek(HEAD_BYTES))
    if (depth === 0) this.#beginsAsZip = kind === 'zip'
    if (kind !== undefined && depth === NESTING_MAX) throw refused.nesting(NESTING_MAX)
    if (kind === 'zip') await lookIntoZip(reader, this.#lookInside(depth))
    else if (kind === 'tar') await lookIntoTar(reader, this.#lookInside(depth))
    else if (kind === 'gzip') await this.#lookInside(depth).inside(gunzip(reader.rest()))
    // What is in an archive is read to its end, to be counted. The content itself need not be.
    else if (depth > 0) for await (const _ of reader.rest());
  }

  #lookInside(depth: number): Look {
    return {
      entry: () => {
        this.#entries += 1
        const { maxEntries = ENTRIES_MAX } = this.#limits
        if (this.#entries > maxEntries) throw refused.entries(maxEntries)
      },
      inside: (content) => this.#look(this.#counted(content), depth + 1),
      unread: (bytes) => this.#count(bytes),
      encrypted: () => {
        if (this.#limits.encrypted === 'REJECT') throw refused.encrypted()
      },
    }
  }

  async *#counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of content) {
      this.#count(chunk.length)
      yield chunk
    }
  }

  #count(bytes: number): void {
    this.#unpackedBytes += bytes
    if (this.#unpackedBytes > this.#limits.maxUnpackedBytes) throw refused.bomb(this.#limits.maxUnpackedBytes)
  }
}

async function* gunzip(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const source = Readable.from(content)
  const unpacked = source.pipe(createGunzip({ chunkSize: UNPACKED_BYTES }))
  source.once('error', (error) => unpacked.destroy(error))
  try {
    for await (const chunk of unpacked) yield chunk
  } catch (error) {
    throw error instanceof ArchiveRefused ? error : refused.damaged()
  } finally {
    source.destroy()
    unpacked.destroy()
  }
}
