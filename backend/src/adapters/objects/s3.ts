import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
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
import { contentDisposition } from './content-disposition.ts'
import { publicAddress } from './public-address.ts'
import { isAbsence, statusOf, writing } from './s3-errors.ts'

export interface S3ObjectsOptions {
  readonly client: S3Client
  /** Has to exist. */
  readonly bucket: string
  /**
   * "https://fairlead.example.org/objects": where people reach the store, through a proxy that takes this prefix off and
   * names the store's own host, for which addresses are signed. Undefined where they reach it as we do.
   */
  readonly publicUrl?: string | undefined
}

// The smallest part that S3 takes (5 MiB), four on their way: 20 MiB of memory for one upload.
const PART_BYTES = 5 << 20
const PARTS_AT_ONCE = 4
// A file of known size is sent in one request up to here; S3 takes 5 GiB, a retry sends all of it again.
const SINGLE_REQUEST_BYTES = 64 << 20
const DEFAULT_MEDIA_TYPE = 'application/octet-stream'

/** Objects in a bucket of an S3 store. */
export class S3Objects implements Objects {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #publicUrl: string | undefined

  constructor(options: S3ObjectsOptions) {
    this.#client = options.client
    this.#bucket = options.bucket
    this.#publicUrl = options.publicUrl
  }

  async put(key: string, content: Readable, options: PutOptions = {}): Promise<ObjectInfo> {
    assertObjectKey(key)
    const { signal, mediaType = DEFAULT_MEDIA_TYPE } = options
    let sizeBytes = 0
    const counted = Readable.from(
      (async function* () {
        for await (const chunk of content) {
          const bytes: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
          sizeBytes += bytes.length
          yield bytes
        }
      })(),
      { objectMode: false },
    )
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: key, Body: counted, ContentType: mediaType },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    })
    const abort = () => void upload.abort()
    signal?.addEventListener('abort', abort)
    try {
      signal?.throwIfAborted()
      await writing(() => upload.done())
      return { key, sizeBytes }
    } finally {
      signal?.removeEventListener('abort', abort)
      counted.destroy()
      content.destroy()
    }
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<ObjectInfo> {
    assertObjectKey(key)
    const { signal, mediaType = DEFAULT_MEDIA_TYPE } = options
    const { size } = await stat(path)
    const content = createReadStream(path)
    if (size > SINGLE_REQUEST_BYTES) {
      await this.put(key, content, options)
    } else {
      const put = new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: content,
        ContentLength: size,
        ContentType: mediaType,
      })
      await writing(() => this.#client.send(put, signal === undefined ? {} : { abortSignal: signal }))
    }
    // Like the store of files, which moves it: the caller's folder does not fill up.
    await rm(path)
    return { key, sizeBytes: size }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    assertObjectKey(key)
    try {
      const found = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))
      return { key, sizeBytes: found.ContentLength ?? 0 }
    } catch (error) {
      if (isAbsence(error)) return undefined
      throw error
    }
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Readable> {
    assertObjectKey(key)
    // The size is not known yet: this checks all but that the range ends in the object.
    if (range !== undefined) assertByteRange(range, Number.MAX_SAFE_INTEGER)
    const found = await this.#fetch(key, range)
    const body = found.Body
    if (!(body instanceof Readable)) throw new Error(`S3 gave no stream for ${key}`)
    if (range !== undefined && found.ContentLength !== range.end - range.start) {
      body.destroy()
      throw new RangeError(`bytes [${range.start}, ${range.end}) of ${found.ContentRange ?? key}`)
    }
    return body
  }

  async delete(key: string): Promise<void> {
    assertObjectKey(key)
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
  }

  async deletePrefix(prefix: string): Promise<void> {
    assertObjectPrefix(prefix)
    // A page has at most 1000 keys, which is what one deletion takes.
    for (;;) {
      const page = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix }))
      const found = (page.Contents ?? []).map(({ Key }) => ({ Key }))
      if (found.length === 0) return
      const deletion = { Bucket: this.#bucket, Delete: { Objects: found, Quiet: true } }
      const { Errors: failed = [] } = await this.#client.send(new DeleteObjectsCommand(deletion))
      const first = failed[0]
      if (first !== undefined) throw new Error(`S3 kept ${first.Key}: ${first.Code} ${first.Message}`)
    }
  }

  async signGet(key: string, options: SignGetOptions): Promise<SignedUrl> {
    assertReleasedKey(key)
    const expireTime = new Date(Date.now() + options.lifetimeSeconds * 1000)
    const get = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition(options.disposition, options.fileName),
      ResponseContentType: options.mediaType,
    })
    const url = await getSignedUrl(this.#client, get, { expiresIn: options.lifetimeSeconds })
    return { url: publicAddress(url, this.#publicUrl), expireTime }
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }

  async #fetch(
    key: string,
    range: { start: number; end: number } | undefined,
  ): Promise<GetObjectCommandOutput> {
    const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` }
    try {
      return await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...part }))
    } catch (error) {
      if (isAbsence(error)) throw new ObjectNotFound(key, { cause: error })
      if (statusOf(error) === 416)
        throw new RangeError(`the range begins after the end of ${key}`, { cause: error })
      throw error
    }
  }
}
