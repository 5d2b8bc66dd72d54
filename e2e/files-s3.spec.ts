// The same over an S3 store, which browsers send parts to, and fetch from, past Envoy: at an origin of its own.
import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { test } from './support/fairlead-test.ts'
import { describeFiles, scannerSettings } from './support/file-journeys.ts'

const {
  S3_ENDPOINT: endpoint,
  S3_ACCESS_KEY_ID: accessKeyId,
  S3_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env
const bucket = `fairlead-e2e-${randomUUID()}`

if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
  test.skip('files over S3 need a store: set S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY', () =>
    undefined)
} else {
  test.use({
    ownSystem: true,
    systemEnvironment: { ...scannerSettings, FAIRLEAD_OBJECTS: 's3', FAIRLEAD_S3_BUCKET: bucket },
  })

  const client = new S3Client({
    endpoint,
    region: process.env['S3_REGION'] ?? 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  })
  test.beforeAll(async () => {
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
  })
  test.afterAll(async () => {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    }
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  })

  describeFiles()
}
