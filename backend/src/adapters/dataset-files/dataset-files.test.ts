import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatasetFiles, DatasetUnavailable } from '../../ports/dataset-files.ts'
import { missingS3Settings, s3TestClient, s3TestOptions } from '../s3/s3-test-client.ts'
import { createDatasetFiles } from './dataset-files.ts'

interface FilesUnderTest {
  readonly files: DatasetFiles
  /** Address of a name, present or not. */
  address(name: string): string
  write(name: string, content: Buffer): Promise<void>
  remove(name: string): Promise<void>
  release(): Promise<void>
}

describe('files on a disk', () => {
  describeFiles(startLocal)

  test('are found behind links, which may lead nowhere or in a circle', async () => {
    const under = await startLocal()
    const folder = under.address('')
    await mkdir(join(folder, 'deep'))
    await under.write('deep/a.fits', Buffer.from('a'))
    await symlink(join(folder, 'deep', 'a.fits'), join(folder, 'linked.fits'))
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling.fits'))
    await symlink(folder, join(folder, 'deep', 'circle'))
    const found = await under.files.find(folder)
    expect(found.map(({ address }) => address)).toEqual([
      join(folder, 'deep', 'a.fits'),
      join(folder, 'linked.fits'),
    ])
    await under.release()
  })

  test('have another version when only their time changed', async () => {
    const under = await startLocal()
    await under.write('a', Buffer.from('a'))
    const { location, source } = await under.files.openCurrent(under.address('a'))
    await source.close()
    await utimes(under.address('a'), new Date(), new Date(2026, 0, 1))
    await expect(under.files.open(location)).rejects.toThrow('has changed since')
    await under.release()
  })
})

const missing = missingS3Settings()
if (missing.length === 0) {
  describe('files in an object store', () => {
    describeFiles(startS3)

    test('are never read as a mixture of two versions', async () => {
      const under = await startS3()
      await under.write('a', Buffer.alloc(100, 'a'))
      const { source } = await under.files.openCurrent(under.address('a'))
      await under.write('a', Buffer.alloc(100, 'b'))
      await expect(source.read(0, 10)).rejects.toThrow('overwritten while it was read')
      await source.close()
      await under.release()
    })
  })
} else {
  test.skip(`files in an object store need one: set ${missing.join(', ')}`, () => undefined)
}

describe('without an object store', () => {
  const files = createDatasetFiles({})
  test('says what to set', async () => {
    await expect(files.openCurrent('s3://bucket/key')).rejects.toThrow(/S3_ENDPOINT/)
    await expect(files.find('s3://bucket/')).rejects.toThrow(DatasetUnavailable)
  })

  test.each(['s3://', 's3://Bucket/key', 's3:///key', 's3://bucket'])(
    'refuses the address %s',
    async (address) => {
      await expect(files.openCurrent(address)).rejects.toThrow('s3://bucket/key')
    },
  )
})

test('an object store that is not there is named as the reason', async () => {
  const s3 = { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b' }
  await expect(createDatasetFiles({ s3 }).openCurrent('s3://bucket/key')).rejects.toThrow('cannot be reached')
})

async function startLocal(): Promise<FilesUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-files-'))
  return {
    files: createDatasetFiles({}),
    address: (name) => join(folder, name),
    write: (name, content) => writeFile(join(folder, name), content),
    remove: (name) => rm(join(folder, name)),
    release: () => rm(folder, { recursive: true }),
  }
}

async function startS3(): Promise<FilesUnderTest> {
  const client = s3TestClient()
  const bucket = `fairlead-test-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    files: createDatasetFiles({ s3: s3TestOptions() }),
    address: (name) => `s3://${bucket}/${name}`,
    async write(name, content) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: content }))
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }))
    },
    async release() {
      const { Contents: left = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      for (const { Key } of left) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
      await client.send(new DeleteBucketCommand({ Bucket: bucket }))
      client.destroy()
    },
  }
}

function describeFiles(start: () => Promise<FilesUnderTest>): void {
  describe('as any files', () => {
    let under: FilesUnderTest
    const content = randomBytes(700_000)
    beforeAll(async () => {
      under = await start()
      await under.write('image.fits', content)
    })
    afterAll(() => under.release())

    test('give ranges of bytes and all of them', async () => {
      const { location, source, stream } = await under.files.openCurrent(under.address('image.fits'))
      expect(location).toMatchObject({ address: under.address('image.fits'), sizeBytes: 700_000 })
      expect(source.sizeBytes).toBe(700_000)
      expect(Buffer.from(await source.read(0, 0))).toHaveLength(0)
      expect(content.subarray(5, 105).equals(await source.read(5, 100))).toBe(true)
      expect(content.subarray(-10).equals(await source.read(699_990, 10))).toBe(true)
      expect((await buffer(await stream())).equals(content)).toBe(true)
      await source.close()
    })

    test('refuse a range beyond their end', async () => {
      const { source } = await under.files.openCurrent(under.address('image.fits'))
      await expect(source.read(699_990, 11)).rejects.toThrow(/ends before/)
      await source.close()
    })

    test('open again as they were registered', async () => {
      const { location, source } = await under.files.openCurrent(under.address('image.fits'))
      await source.close()
      const again = await under.files.open(JSON.parse(JSON.stringify(location)))
      expect(again.sizeBytes).toBe(700_000)
      await again.close()
    })

    test('refuse to open when they changed or went', async () => {
      await under.write('changing', Buffer.from('first'))
      const { location, source } = await under.files.openCurrent(under.address('changing'))
      await source.close()
      await under.write('changing', Buffer.from('second!'))
      await expect(under.files.open(location)).rejects.toThrow(DatasetUnavailable)
      await under.remove('changing')
      await expect(under.files.open(location)).rejects.toThrow(/not (there|in the store)/)
    })

    test('give up when told so', async () => {
      const signal = AbortSignal.abort()
      await expect(under.files.openCurrent(under.address('image.fits'), { signal })).rejects.toMatchObject({
        name: 'AbortError',
      })
      const { source } = await under.files.openCurrent(under.address('image.fits'))
      await expect(source.read(0, 10, signal)).rejects.toMatchObject({ name: 'AbortError' })
      await source.close()
    })

    test('are found one by one and by folder', async () => {
      const [one] = await under.files.find(under.address('image.fits'))
      expect(one).toEqual((await under.files.openCurrent(under.address('image.fits'))).location)
      const all = await under.files.find(under.address(''))
      expect(all).toContainEqual(one)
      await expect(under.files.find(under.address('absent'))).rejects.toThrow(DatasetUnavailable)
    })
  })
}
