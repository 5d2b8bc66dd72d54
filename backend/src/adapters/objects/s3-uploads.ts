import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type ListPartsCommandOutput,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  assertObjectKey,
  assertObjectPrefix,
  type CreateUploadOptions,
  missingParts,
  type ObjectInfo,
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
import { moveObject } from './move-object.ts'
import { publicAddress } from './public-address.ts'
import type { S3ObjectsOptions } from './s3.ts'
import { hasName, isAbsence, writing } from './s3-errors.ts'

/** A part may be sent again between the look at the parts and the completion with them. */
const COMPLETION_ATTEMPTS = 3

/**
 * Uploads into the bucket of S3Objects: always in parts, one included, as a PUT of a whole object would write under its
 * key however late it ends.
 */
export class S3Uploads implements ObjectUploads {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #publicUrl: string | undefined

  constructor(options: S3ObjectsOptions) {
    this.#client = options.client
    this.#bucket = options.bucket
    this.#publicUrl = options.publicUrl
  }

  async createUpload(key: string, options: CreateUploadOptions = {}): Promise<ObjectUpload> {
    assertObjectKey(key)
    const { mediaType } = options
    const begin = new CreateMultipartUploadCommand({
      ...this.#object(key),
      ...(mediaType === undefined ? {} : { ContentType: mediaType }),
    })
    const { UploadId: uploadId } = await writing(() => this.#client.send(begin))
    if (uploadId === undefined) throw new Error(`S3 gave the upload to ${key} no name`)
    return { key, uploadId }
  }

  async signPart(upload: ObjectUpload, part: UploadPart, options: SignPartOptions): Promise<SignedUrl> {
    const { lifetimeSeconds } = options
    const expireTime = new Date(Date.now() + lifetimeSeconds * 1000)
    const put = new UploadPartCommand({
      ...this.#upload(upload),
      PartNumber: part.number,
      ContentLength: part.sizeBytes,
    })
    const signed = await getSignedUrl(this.#client, put, {
      expiresIn: lifetimeSeconds,
      // Whoever sends more or less is refused before a byte is written.
      signableHeaders: new Set(['host', 'content-length']),
    })
    return { url: publicAddress(signed, this.#publicUrl), expireTime }
  }

  async listParts(upload: ObjectUpload): Promise<readonly UploadPart[]> {
    return (await this.#arrived(upload)).map(({ number, sizeBytes }) => ({ number, sizeBytes }))
  }

  async completeUpload(upload: ObjectUpload, shape: UploadShape): Promise<ObjectInfo> {
    const done = { key: upload.key, sizeBytes: shape.sizeBytes }
    for (let attempt = 1; ; attempt += 1) {
      try {
        const arrived = await this.#arrived(upload)
        const missing = missingParts(shape, arrived)
        if (missing.length > 0) throw new UploadIncomplete(upload.key, missing)
        const Parts = arrived.slice(0, partCountOf(shape)).map(({ tag }) => tag)
        const complete = new CompleteMultipartUploadCommand({
          ...this.#upload(upload),
          MultipartUpload: { Parts },
        })
        await writing(() => this.#client.send(complete))
        return done
      } catch (error) {
        if (hasName(error, 'InvalidPart') && attempt < COMPLETION_ATTEMPTS) continue
        if (!(error instanceof UploadNotFound || hasName(error, 'NoSuchUpload'))) throw error
        // Ended before, by this completion or another one that came first.
        if ((await this.#sizeOf(upload.key)) === shape.sizeBytes) return done
        throw new UploadNotFound(upload.key, { cause: error })
      }
    }
  }

  async abortUpload(upload: ObjectUpload): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand(this.#upload(upload)))
    } catch (error) {
      if (!isAbsence(error)) throw error
    }
  }

  async *listUploads(prefix: string, olderThan: Date): AsyncIterable<UnfinishedUpload> {
    const isKey = !prefix.endsWith('/')
    if (isKey) assertObjectKey(prefix)
    else assertObjectPrefix(prefix)
    let page: ListMultipartUploadsCommandOutput | undefined
    do {
      page = await this.#client.send(
        new ListMultipartUploadsCommand({
          Bucket: this.#bucket,
          Prefix: prefix,
          KeyMarker: page?.NextKeyMarker,
          UploadIdMarker: page?.NextUploadIdMarker,
        }),
      )
      for (const { Key: key, UploadId: uploadId, Initiated: createTime } of page.Uploads ?? []) {
        if (key === undefined || uploadId === undefined || createTime === undefined) continue
        if (createTime < olderThan && (!isKey || key === prefix)) yield { key, uploadId, createTime }
      }
    } while (page.IsTruncated)
  }

  async move(key: string, to: string): Promise<ObjectInfo> {
    assertObjectKey(key)
    assertObjectKey(to)
    return moveObject(this.#client, this.#bucket, key, to)
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix)
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefix })
    for await (const { Contents = [] } of pages) {
      for (const { Key: key, Size: sizeBytes, LastModified: changeTime } of Contents) {
        if (key === undefined || sizeBytes === undefined || changeTime === undefined) continue
        yield { key, sizeBytes, changeTime }
      }
    }
  }

  async #arrived(upload: ObjectUpload): Promise<(UploadPart & { readonly tag: CompletedPart })[]> {
    const arrived: (UploadPart & { tag: CompletedPart })[] = []
    try {
      // Not by the SDK's paginator: the last page too names a marker, on which that goes on forever.
      let page: ListPartsCommandOutput | undefined
      do {
        page = await this.#client.send(
          new ListPartsCommand({ ...this.#upload(upload), PartNumberMarker: page?.NextPartNumberMarker }),
        )
        for (const { PartNumber: number, Size: sizeBytes, ETag } of page.Parts ?? []) {
          if (number === undefined || sizeBytes === undefined || ETag === undefined) continue
          arrived.push({ number, sizeBytes, tag: { PartNumber: number, ETag } })
        }
      } while (page.IsTruncated)
    } catch (error) {
      if (isAbsence(error)) throw new UploadNotFound(upload.key, { cause: error })
      throw error
    }
    return arrived.sort((a, b) => a.number - b.number)
  }

  async #sizeOf(key: string): Promise<number | undefined> {
    try {
      return (await this.#client.send(new HeadObjectCommand(this.#object(key)))).ContentLength
    } catch (error) {
      if (isAbsence(error)) return undefined
      throw error
    }
  }

  #object(key: string) {
    return { Bucket: this.#bucket, Key: key }
  }

  #upload({ key, uploadId }: ObjectUpload) {
    assertObjectKey(key)
    return { ...this.#object(key), UploadId: uploadId }
  }
}
