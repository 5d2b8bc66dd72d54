import { setTimeout as sleep } from 'node:timers/promises'
import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import { Refusal } from '../refusal.ts'

export interface AwaitBucketOptions {
  client: S3Client
  bucket: string
  timeoutMs: number
}

const LOOK_EVERY_MS = 1_000

/** In a fresh environment the store, its bucket and our account come up beside us. */
export async function awaitBucket({ client, bucket, timeoutMs }: AwaitBucketOptions): Promise<void> {
  const deadline = Date.now() + timeoutMs
  let told = ''
  for (;;) {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }))
      return
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      if (Date.now() > deadline) {
        throw new Refusal(
          `The bucket ${bucket} cannot be used (${reason}); check S3_ENDPOINT, S3_ACCESS_KEY_ID and FAIRLEAD_S3_BUCKET.`,
        )
      }
      if (reason !== told) console.log(`waiting for the bucket ${bucket} (${reason})`)
      told = reason
      await sleep(LOOK_EVERY_MS)
    }
  }
}
