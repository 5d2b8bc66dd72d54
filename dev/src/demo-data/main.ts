import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { runCommand } from '../commands/run-command.ts'
import { seedFile } from '../identity/accounts.ts'
import { inRepository } from '../repository.ts'
import { awaitBucket } from './await-bucket.ts'
import { putDemoImages } from './put-demo-images.ts'
import { runProgram } from './run-program.ts'
import { demoDataSettings } from './settings.ts'

/** What a slow machine takes to fetch the store's image and start it. */
const BUCKET_TIMEOUT_MS = 600_000

/**
 * What a fresh environment for development shows: the demo organisations and their people, and the demo images,
 * which it puts into the object store. Adds what is missing, so that each deployment can run it again.
 */
await runCommand(async () => {
  const { s3, bucket } = demoDataSettings(process.env)
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-demo-'))
  const client = new S3Client(s3)
  try {
    await awaitBucket({ client, bucket, timeoutMs: BUCKET_TIMEOUT_MS })
    // Demo files go into the store, too.
    await runProgram(inRepository('backend/src/seed.ts'), [seedFile])
    const prefix = await putDemoImages({ client, bucket, folder })
    await runProgram(inRepository('backend/src/datasets.ts'), ['register', prefix])
  } finally {
    client.destroy()
    await rm(folder, { recursive: true })
  }
  return 0
})
