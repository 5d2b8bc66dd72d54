import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { CreateBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { createS3Client } from '../s3/s3-client.ts'
import { missingS3Settings, s3TestClient, s3TestOptions } from '../s3/s3-test-client.ts'
import { describeObjects } from './contract.ts'
import { moveObject } from './move-object.ts'
import { S3Objects } from './s3.ts'
import { S3Uploads } from './s3-uploads.ts'
import { describeUploads } from './uploads-contract.ts'

const missing = missingS3Settings()
const bucket = 'fairlead-test-objects'

if (missing.length === 0) {
  const direct = async () => {
    const options = { client: await clientWithBucket(), bucket }
    const objects = new S3Objects(options)
    return {
      objects,
      uploads: new S3Uploads(options),
      absolute: (url: string) => url,
      reach,
      release: () => objects.close(),
    }
  }
  const behindProxy = async () => {
    const proxy = await serveStoreBelow('/objects', s3TestOptions().endpoint ?? '')
    const options = { client: await clientWithBucket(), bucket, publicUrl: proxy.url }
    const objects = new S3Objects(options)
    return {
      objects,
      uploads: new S3Uploads(options),
      absolute: (url: string) => {
        expect(url.startsWith(`${proxy.url}/${bucket}/`), url).toBe(true)
        return url
      },
      reach,
      release: async () => {
        await objects.close()
        proxy.close()
      },
    }
  }

  describe('objects/s3', () => {
    describeObjects(direct)
    describeUploads(direct)

    test('moves what is too large for one copy in parts, with its type', async () => {
      const client = await clientWithBucket()
      const objects = new S3Objects({ client, bucket })
      const [from, to] = [`quarantine/${randomUUID()}`, `clean/${randomUUID()}`]
      const content = randomBytes((11 << 20) + 7)
      await objects.put(from, Readable.from([content]), { mediaType: 'image/fits' })
      const limits = { singleCopyBytes: 1 << 20, partBytes: 5 << 20 }
      const expected = { key: to, sizeBytes: content.length }
      expect(await moveObject(client, bucket, from, to, limits)).toEqual(expected)
      expect(await objects.head(from)).toBeUndefined()
      expect((await buffer(await objects.get(to))).equals(content)).toBe(true)
      const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: to }))
      expect(ContentType).toBe('image/fits')
      expect(await moveObject(client, bucket, from, to, limits)).toEqual(expected)
      await objects.delete(to)
      await objects.close()
    })

    test.each([
      ['one copy', 'CopyObjectCommand', 1 << 30],
      ['a copy in parts', 'UploadPartCopyCommand', 5 << 20],
    ])(
      'says that it has moved when another call did so before its own %s',
      async (_, command, singleCopyBytes) => {
        const [client, other] = [await clientWithBucket(), await clientWithBucket()]
        const objects = new S3Objects({ client: other, bucket })
        const [from, to] = [`quarantine/${randomUUID()}`, `clean/${randomUUID()}`]
        const content = randomBytes((5 << 20) + 7)
        await objects.put(from, Readable.from([content]))
        let moved: Promise<unknown> | undefined
        client.middlewareStack.add((next, { commandName }) => async (request) => {
          if (commandName === command) {
            moved ??= moveObject(other, bucket, from, to)
            await moved
          }
          return next(request)
        })
        const limits = { singleCopyBytes, partBytes: 5 << 20 }
        const expected = { key: to, sizeBytes: content.length }
        expect(await moveObject(client, bucket, from, to, limits)).toEqual(expected)
        expect(await moved).toEqual(expected)
        expect((await buffer(await objects.get(to))).equals(content)).toBe(true)
        await objects.delete(to)
        await objects.close()
        client.destroy()
      },
    )

    test('a copy in parts that fails leaves neither an upload nor an object', async () => {
      const client = await clientWithBucket()
      const options = { client, bucket }
      const [objects, uploads] = [new S3Objects(options), new S3Uploads(options)]
      const [from, to] = [`quarantine/${randomUUID()}`, `clean/${randomUUID()}`]
      await objects.put(from, Readable.from([randomBytes(11 << 20)]))
      // Less than the store takes of a part: it refuses the completion.
      const limits = { singleCopyBytes: 1 << 20, partBytes: 1 << 20 }
      await expect(moveObject(client, bucket, from, to, limits)).rejects.toThrow()
      expect(await objects.head(to)).toBeUndefined()
      expect(await objects.head(from)).toBeDefined()
      for await (const left of uploads.listUploads(to, new Date(Date.now() + 60_000)))
        expect(left).toBe('none')
      await objects.delete(from)
      await objects.close()
    })
  })

  describe('objects/s3 behind a proxy', () => {
    describeObjects(behindProxy)
    describeUploads(behindProxy)
  })
} else {
  test.skip(`objects/s3 needs a store: set ${missing.join(', ')}`, () => undefined)
}

test("an address at Amazon's own store moves behind the public one, with the signature it was given", async () => {
  const client = createS3Client({
    endpoint: undefined,
    region: 'eu-central-1',
    accessKeyId: 'id',
    secretAccessKey: 'key',
  })
  const sign = async (publicUrl: string | undefined) => {
    const objects = new S3Objects({ client, bucket: 'results', publicUrl })
    const { url } = await objects.signGet('clean/b.fits', {
      fileName: 'Größe.fits',
      mediaType: 'application/fits',
      disposition: 'attachment',
      lifetimeSeconds: 60,
    })
    return withoutTime(url)
  }
  const direct = await sign(undefined)
  expect(direct).toMatch(/^https:\/\/results\.s3\.eu-central-1\.amazonaws\.com\/clean\/b\.fits\?/)
  expect(await sign('https://fairlead.example.org/objects')).toBe(
    direct.replace('https://results.s3.eu-central-1.amazonaws.com/', 'https://fairlead.example.org/objects/'),
  )
})

/** Two signatures a second apart differ in these. */
function withoutTime(url: string): string {
  return url.replace(/(X-Amz-Date|X-Amz-Signature)=[^&]*/g, '$1')
}

/** The store has no clock but the true one; it counts in seconds. */
async function reach(time: Date): Promise<void> {
  await setTimeout(Math.max(0, time.getTime() + 1000 - Date.now()))
}

async function clientWithBucket() {
  const client = s3TestClient()
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error
  })
  return client
}

/** As the front door does it: the prefix removed, the host that of the store, the rest as it came. */
async function serveStoreBelow(path: string, endpoint: string) {
  const store = new URL(endpoint)
  const server = createServer((incoming, answer) => {
    const options = {
      host: store.hostname,
      port: store.port,
      method: incoming.method,
      path: (incoming.url ?? '').slice(path.length),
      headers: { ...incoming.headers, host: store.host },
    }
    const outgoing = request(options, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers)
      found.pipe(answer)
    })
    outgoing.once('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
