import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { demoAccounts } from '../identity/accounts.ts'
import { inRepository } from '../repository.ts'
import { awaitBucket } from './await-bucket.ts'
import { putDemoImages } from './put-demo-images.ts'
import { demoDataSettings } from './settings.ts'

const names = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']
const missing = names.filter((name) => (process.env[name] ?? '') === '')
const bucket = `fairlead-demo-${process.pid}`

describe.skipIf(missing.length > 0)(`the demo images (needs ${names.join(', ')})`, () => {
  let client: S3Client
  let folder: string
  beforeAll(async () => {
    client = new S3Client(demoDataSettings({ ...process.env, FAIRLEAD_S3_BUCKET: bucket }).s3)
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
  })
  afterAll(async () => {
    for (const Key of await keys()) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-demo-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const keys = async () => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
    return Contents.map(({ Key }) => Key ?? '')
  }
  const image = (name: string, content: string) => ({
    name,
    write: vi.fn(async (path: string) => writeFileSync(path, content)),
  })

  it('are made and put where they are missing, and only there', async () => {
    const one = image('one.fits', 'SIMPLE')
    const two = image('two.fits', 'another')
    const address = `s3://${bucket}/demo-images/`
    expect(await putDemoImages({ client, bucket, folder, images: [one] })).toBe(address)
    expect(await putDemoImages({ client, bucket, folder, images: [one, two] })).toBe(address)
    expect(one.write).toHaveBeenCalledTimes(1)
    expect(two.write).toHaveBeenCalledTimes(1)
    expect(await keys()).toEqual(['demo-images/one.fits', 'demo-images/two.fits'])
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'demo-images/two.fits' }))
    expect(await Body?.transformToString()).toBe('another')
    // A pod has room for one at a time.
    expect(readdirSync(folder)).toEqual([])
  })

  it('wait until the bucket is there, and say which is not', async () => {
    const later = `${bucket}-later`
    const lines = vi.spyOn(console, 'log').mockReturnValue()
    try {
      const waiting = awaitBucket({ client, bucket: later, timeoutMs: 60_000 })
      await vi.waitFor(() => expect(lines).toHaveBeenCalled())
      await client.send(new CreateBucketCommand({ Bucket: later }))
      await waiting
    } finally {
      lines.mockRestore()
      await client.send(new DeleteBucketCommand({ Bucket: later }))
    }
    await expect(awaitBucket({ client, bucket: later, timeoutMs: 0 })).rejects.toThrow(
      `The bucket ${later} cannot be used`,
    )
  })
})

describe('the settings of the demo data', () => {
  it.each(['FAIRLEAD_S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])('name a missing %s', (name) => {
    const env = { FAIRLEAD_S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'i', S3_SECRET_ACCESS_KEY: 's', [name]: '' }
    expect(() => demoDataSettings(env)).toThrow(`${name} is not set`)
  })
})

it('the accounts that an environment on Kubernetes lists are those of the seed', () => {
  const file = inRepository('k8s', 'components', 'development', 'demo-accounts.json')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    demoAccounts().map(({ username, displayName, organization, role }) => ({
      username,
      displayName,
      organization,
      role,
    })),
  )
})
