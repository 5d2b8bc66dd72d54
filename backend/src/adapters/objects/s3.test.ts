import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe, test } from 'vitest'
import { missingS3Settings, s3TestClient } from '../s3/s3-test-client.ts'
import { describeObjects } from './contract.ts'
import { S3Objects } from './s3.ts'

const missing = missingS3Settings()

if (missing.length === 0) {
  describe('objects/s3', () => {
    describeObjects(async () => {
      const client = s3TestClient()
      const bucket = 'fairlead-test-objects'
      await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error
      })
      const objects = new S3Objects({ client, bucket })
      return { objects, absolute: (url) => url, release: () => objects.close() }
    })
  })
} else {
  test.skip(`objects/s3 needs a store: set ${missing.join(', ')}`, () => undefined)
}
