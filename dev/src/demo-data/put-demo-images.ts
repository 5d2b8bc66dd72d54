import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { type DemoImage, demoImages } from '../seed/sky/index.ts'

export interface PutDemoImagesOptions {
  client: S3Client
  bucket: string
  /** Holds one image at a time. */
  folder: string
  images?: readonly DemoImage[]
}

const PREFIX = 'demo-images/'

/** Makes the images that the bucket lacks, and puts them there. Returns the s3:// address of them all. */
export async function putDemoImages(options: PutDemoImagesOptions): Promise<string> {
  const { client, bucket, folder, images = demoImages } = options
  for (const { name, write } of images) {
    const key = `${PREFIX}${name}`
    if (await isThere(client, bucket, key)) continue
    const path = join(folder, name)
    await write(path)
    const { size } = await stat(path)
    const content = createReadStream(path)
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentLength: size }))
    await rm(path)
    console.log(`made ${name} (${Math.round(size / 1_000_000)} MB)`)
  }
  return `s3://${bucket}/${PREFIX}`
}

async function isThere(client: S3Client, bucket: string, key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return true
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false
    throw error
  }
}
