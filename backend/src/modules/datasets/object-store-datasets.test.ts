import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import {
  GetDatasetTileRequest,
  RegisterDatasetRequest,
} from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { describe, expect, test } from 'vitest'
import { S3Objects } from '../../adapters/objects/s3.ts'
import { missingS3Settings, s3TestClient, s3TestOptions } from '../../adapters/s3/s3-test-client.ts'
import { addFile } from '../files/testing/add-file.ts'
import { datasetsFixture, institute } from './testing/datasets-fixture.ts'
import { imageBytes, tanKeywords } from './testing/fits-bytes.ts'

const missing = missingS3Settings()

describe('images in an object store', { timeout: 90_000 }, () => {
  const name =
    missing.length === 0 ? 'are registered and shown where they are' : `need one: set ${missing.join(', ')}`

  test.skipIf(missing.length > 0)(name, async () => {
    const client = s3TestClient()
    const bucket = `fairlead-test-${randomUUID()}`
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    // Pyramids go to the store as well: the whole cluster profile.
    const objects = new S3Objects({ client, bucket })
    const fixture = await datasetsFixture({ s3: s3TestOptions(), objects })
    try {
      const Body = imageBytes(600, 300, (x, y) => x + y, tanKeywords(600, 300, 10, 10))
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'survey/deep/field.fits', Body }))
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'survey/bad.fits', Body: 'no image' }))

      expect(await fixture.registerFolders([`s3://${bucket}/survey`])).toEqual({
        registered: 1,
        unchanged: 0,
        failed: 1,
        vanished: 0,
      })
      expect(await fixture.registerFolders([`s3://${bucket}/survey/`])).toMatchObject({ unchanged: 1 })
      const record = await fixture.module.service.get(institute.id, 'field')
      expect(record.location.address).toBe(`s3://${bucket}/survey/deep/field.fits`)

      const tile = (level: number) =>
        fixture.handlers.getDatasetTile(
          GetDatasetTileRequest.fromPartial({ name: 'organizations/survey-institute/datasets/field', level }),
          fixture.context(institute),
        )
      expect(await tile(0)).toMatchObject({ widthPx: 256, heightPx: 256, minimum: 0, maximum: 510 })
      expect(await tile(2)).toMatchObject({ widthPx: 150, heightPx: 75 })

      expect(await fixture.registrar.remove('field')).toBe(true)
      expect(await objects.head(record.content.pyramidKey)).toBeUndefined()
    } finally {
      await fixture.release()
      for (const key of ['survey/deep/field.fits', 'survey/bad.fits']) {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
      }
      await client.send(new DeleteBucketCommand({ Bucket: bucket }))
      client.destroy()
    }
  })

  test.skipIf(missing.length > 0)('become datasets from files of organisations, too', async () => {
    const client = s3TestClient()
    const bucket = `fairlead-test-${randomUUID()}`
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    const objects = new S3Objects({ client, bucket })
    const store = { kind: 's3', bucket, publicUrl: undefined, ...s3TestOptions() } as const
    const fixture = await datasetsFixture({ objects, store })
    const ownerId = randomUUID()
    try {
      await fixture.dataSource.query(
        `insert into users (id, email, display_name) values ($1, 'alice@example.org', 'Alice')`,
        [ownerId],
      )
      const file = await addFile(fixture.dataSource, objects, {
        organizationId: institute.id,
        ownerId,
        displayName: 'field.fits',
        purpose: 'DATASET',
        content: imageBytes(600, 300, (x, y) => x + y, tanKeywords(600, 300, 10, 10)),
        mediaType: 'image/fits',
      })
      const context = fixture.context(institute)
      const made = await fixture.handlers.registerDataset(
        RegisterDatasetRequest.fromPartial({
          parent: 'organizations/survey-institute',
          file: `organizations/survey-institute/files/${file.id}`,
        }),
        context,
      )
      expect(made).toMatchObject({
        name: 'organizations/survey-institute/datasets/field',
        sha256: file.sha256,
      })
      const tile = GetDatasetTileRequest.fromPartial({ name: made.name, level: 0 })
      expect(await fixture.handlers.getDatasetTile(tile, context)).toMatchObject({ minimum: 0, maximum: 510 })
      await fixture.handlers.deleteDataset({ name: made.name }, context)
      await objects.delete(`clean/${file.versionId}`)
    } finally {
      await fixture.release()
      // Only when nothing is left in it.
      await client.send(new DeleteBucketCommand({ Bucket: bucket }))
      client.destroy()
    }
  })
})
