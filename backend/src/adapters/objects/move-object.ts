import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import {
  type ObjectInfo,
  ObjectNotFound,
  partCountOf,
  partOf,
  type UploadShape,
} from '../../ports/objects.ts'
import { isAbsence, writing } from './s3-errors.ts'

export interface CopyLimits {
  /** Copied by one request up to here; S3 takes 5 GiB, and answers when it has copied all of it. */
  readonly singleCopyBytes: number
  readonly partBytes: number
}

const usualLimits: CopyLimits = { singleCopyBytes: 256 << 20, partBytes: 128 << 20 }
/** Of S3. */
const MOST_PARTS = 10_000
const COPIES_AT_ONCE = 4

interface Copy {
  readonly Bucket: string
  readonly Key: string
  readonly CopySource: string
  /** The very content that was looked at. */
  readonly CopySourceIfMatch: string | undefined
}

/**
 * Renames inside a bucket: S3 has no such thing, so it copies what was found, on the store's side, and deletes it.
 * Interrupted in between, it begins anew when called again.
 */
export async function moveObject(
  client: S3Client,
  bucket: string,
  key: string,
  to: string,
  limits = usualLimits,
): Promise<ObjectInfo> {
  const moved = async (cause?: unknown) => {
    const found = await headOf(client, bucket, to)
    if (found === undefined) throw new ObjectNotFound(key, { cause })
    return { key: to, sizeBytes: found.ContentLength ?? 0 }
  }
  const source = await headOf(client, bucket, key)
  if (source === undefined) return moved()
  const sizeBytes = source.ContentLength ?? 0
  const copy = { Bucket: bucket, Key: to, CopySource: `${bucket}/${key}`, CopySourceIfMatch: source.ETag }
  try {
    await writing(async () => {
      if (sizeBytes <= limits.singleCopyBytes) {
        await client.send(new CopyObjectCommand(copy))
      } else {
        const partSizeBytes = Math.max(limits.partBytes, Math.ceil(sizeBytes / MOST_PARTS))
        await copyInParts(client, copy, { sizeBytes, partSizeBytes }, source.ContentType)
      }
    })
  } catch (error) {
    // Another call moved it first.
    if (isAbsence(error)) return moved(error)
    throw error
  }
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
  return { key: to, sizeBytes }
}

async function copyInParts(
  client: S3Client,
  copy: Copy,
  shape: UploadShape,
  mediaType: string | undefined,
): Promise<void> {
  const { Bucket, Key } = copy
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ...(mediaType && { ContentType: mediaType }) }),
  )
  const upload = { Bucket, Key, UploadId }
  try {
    const Parts = await copyParts(client, { ...copy, ...upload }, shape)
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch((cause: unknown) => {
      if (!isAbsence(cause)) throw new AggregateError([error, cause], `the copy to ${Key} was not given up`)
    })
    throw error
  }
}

async function copyParts(
  client: S3Client,
  copy: Copy & { readonly UploadId: string | undefined },
  shape: UploadShape,
): Promise<CompletedPart[]> {
  const count = partCountOf(shape)
  const parts: CompletedPart[] = []
  let next = 1
  const copyOn = async () => {
    while (next <= count) {
      const number = next++
      const begin = (number - 1) * shape.partSizeBytes
      const end = begin + partOf(shape, number).sizeBytes
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...copy,
          PartNumber: number,
          CopySourceRange: `bytes=${begin}-${end - 1}`,
        }),
      )
      parts[number - 1] = { PartNumber: number, ETag: CopyPartResult?.ETag }
    }
  }
  const copies = await Promise.allSettled(Array.from({ length: COPIES_AT_ONCE }, copyOn))
  for (const outcome of copies) if (outcome.status === 'rejected') throw outcome.reason
  return parts
}

async function headOf(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}
