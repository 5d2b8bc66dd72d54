import { S3Client } from '@aws-sdk/client-s3'

export interface S3ClientOptions {
  /** "https://host:port" of the store; undefined for Amazon's own. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A client for any store that speaks S3. */
export function createS3Client(options: S3ClientOptions): S3Client {
  return new S3Client({
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    // Names of buckets in the path: stores other than Amazon's rarely have a host name for each bucket.
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
    // Checksums that S3 does not require make streams of unknown length use trailers, which older stores
    // reject; the store checks content by Content-MD5 or SigV4 as it is.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}
