import { createServer, request } from 'node:http'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { createS3Client } from '../s3/s3-client.ts'
import { missingS3Settings, s3TestClient, s3TestOptions } from '../s3/s3-test-client.ts'
import { describeObjects } from './contract.ts'
import { S3Objects } from './s3.ts'

const missing = missingS3Settings()
const bucket = 'fairlead-test-objects'

if (missing.length === 0) {
  describe('objects/s3', () => {
    describeObjects(async () => {
      const objects = new S3Objects({ client: await clientWithBucket(), bucket })
      return { objects, absolute: (url) => url, release: () => objects.close() }
    })
  })

  describe('objects/s3 behind a proxy', () => {
    describeObjects(async () => {
      const proxy = await serveStoreBelow('/objects', s3TestOptions().endpoint ?? '')
      const objects = new S3Objects({ client: await clientWithBucket(), bucket, publicUrl: proxy.url })
      return {
        objects,
        absolute: (url) => {
          expect(url.startsWith(`${proxy.url}/${bucket}/`), url).toBe(true)
          return url
        },
        release: async () => {
          await objects.close()
          proxy.close()
        },
      }
    })
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
