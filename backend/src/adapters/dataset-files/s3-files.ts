import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import type { ByteSource } from '../../fits/source/byte-source.ts'
import type { CurrentFile, DatasetLocation } from '../../ports/dataset-files.ts'
import { asUnavailable } from './unavailable.ts'

export interface S3Place {
  readonly bucket: string
  /** A prefix when it ends in "/" or is empty. */
  readonly key: string
}

const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*)$/s

// What a store sends in the time of one round trip: reading through a gap of this size is faster than
// asking twice.
const MERGE_GAP_BYTES = 256 << 10

export function isS3Address(address: string): boolean {
  return address.startsWith('s3://')
}

/** Undefined for an s3:// address without a valid bucket. */
export function parseS3Address(address: string): S3Place | undefined {
  const [, bucket, key] = S3_ADDRESS.exec(address) ?? []
  return bucket === undefined || key === undefined ? undefined : { bucket, key }
}

export async function openS3File(
  client: S3Client,
  place: S3Place,
  signal?: AbortSignal,
): Promise<CurrentFile> {
  const location = await s3Location(client, place, signal)
  return {
    location,
    source: byteSource(client, place, location),
    async stream() {
      return await fetchBody(client, place, location, undefined, signal)
    },
  }
}

/** Objects below a prefix, or the object itself. */
export async function findS3Files(
  client: S3Client,
  place: S3Place,
  signal?: AbortSignal,
): Promise<DatasetLocation[]> {
  if (place.key !== '' && !place.key.endsWith('/')) return [await s3Location(client, place, signal)]
  const found: DatasetLocation[] = []
  const pages = paginateListObjectsV2({ client }, { Bucket: place.bucket, Prefix: place.key })
  for await (const page of pages) {
    signal?.throwIfAborted()
    for (const { Key: key, ETag: etag, Size: size } of page.Contents ?? []) {
      if (key === undefined || etag === undefined || size === undefined || key.endsWith('/')) continue
      found.push({ address: `s3://${place.bucket}/${key}`, version: etag, sizeBytes: size })
    }
  }
  return found
}

async function s3Location(client: S3Client, place: S3Place, signal?: AbortSignal): Promise<DatasetLocation> {
  const command = new HeadObjectCommand({ Bucket: place.bucket, Key: place.key })
  const { ContentLength: sizeBytes, ETag: version } = await client.send(command, sendOptions(signal))
  const address = `s3://${place.bucket}/${place.key}`
  if (sizeBytes === undefined || version === undefined) {
    throw new Error(`the store tells neither size nor ETag of ${address}`)
  }
  return { address, version, sizeBytes }
}

function byteSource(client: S3Client, place: S3Place, location: DatasetLocation): ByteSource {
  return {
    sizeBytes: location.sizeBytes,
    mergeGapBytes: MERGE_GAP_BYTES,
    async read(offset, length, signal) {
      if (length === 0) return new Uint8Array(0)
      const range = `bytes=${offset}-${offset + length - 1}`
      const bytes = await buffer(await fetchBody(client, place, location, range, signal))
      if (bytes.length !== length) throw new Error(`${location.address} ends before byte ${offset + length}`)
      return bytes
    },
    close: async () => client.destroy(),
  }
}

/** If-Match makes the store refuse (412) when the object was overwritten: two versions are never mixed. */
async function fetchBody(
  client: S3Client,
  { bucket, key }: S3Place,
  { address, version }: DatasetLocation,
  range: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const part = range === undefined ? {} : { Range: range }
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: version, ...part })
  const { Body: body } = await client.send(command, sendOptions(signal)).catch((error: unknown) => {
    throw asUnavailable(error)
  })
  if (!(body instanceof Readable)) throw new Error(`the store gave no stream for ${address}`)
  return body
}

function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
