import type { S3Client } from '@aws-sdk/client-s3'
import { createS3Client, type S3ClientOptions } from './s3-client.ts'

const NAMES = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

/** Settings without which no test can speak to a store; a test that is skipped names them. */
export function missingS3Settings(): readonly string[] {
  return NAMES.filter((name) => (process.env[name] ?? '') === '')
}

export function s3TestOptions(): S3ClientOptions {
  return {
    endpoint: process.env['S3_ENDPOINT'],
    region: process.env['S3_REGION'] ?? 'us-east-1',
    accessKeyId: process.env['S3_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['S3_SECRET_ACCESS_KEY'] ?? '',
  }
}

export function s3TestClient(): S3Client {
  return createS3Client(s3TestOptions())
}
