import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignGetOptions } from '../../ports/objects.ts'
import { describeObjects } from './contract.ts'
import { FilesystemObjects } from './filesystem.ts'
import { FilesystemUploads } from './filesystem-uploads.ts'
import { serveObjects } from './serve-objects.ts'
import { describeUploads } from './uploads-contract.ts'

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-store-'))
  const signingKey = Buffer.alloc(32, 7)
  const clock = { now: new Date() }
  const now = () => clock.now
  const objects = new FilesystemObjects({ folder, signingKey, now })
  const uploads = new FilesystemUploads({ folder, signingKey, now })
  const serve = serveObjects({ objects, uploads, signingKey, now })
  const failures: unknown[] = []
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      failures.push(error)
      response.destroy()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    folder,
    signingKey,
    clock,
    objects,
    uploads,
    failures,
    async reach(time: Date) {
      clock.now = time
    },
    absolute: (url: string) => new URL(url, `http://127.0.0.1:${port}`).href,
    async release() {
      await objects.close()
      await new Promise((closed) => server.close(closed))
      await rm(folder, { recursive: true })
      expect(failures).toEqual([])
    },
  }
}

describe('objects/filesystem', () => {
  describeObjects(start)
  describeUploads(start)

  describe('in its folder', () => {
    let under: Awaited<ReturnType<typeof start>>
    beforeAll(async () => {
      under = await start()
    })
    afterAll(() => under.release())

    test('leaves nothing behind when a put fails', async () => {
      const failing = Readable.from(
        (async function* () {
          yield 'some'
          throw new Error('broken')
        })(),
      )
      await expect(under.objects.put('failed/one', failing)).rejects.toThrow('broken')
      expect(await readdir(join(under.folder, '.unfinished'))).toEqual([])
      expect(await readdir(under.folder)).toEqual(['.unfinished'])
    })

    test('clears what a killed process left, but not what may still be written', async () => {
      const folder = join(under.folder, '.unfinished')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'old'), 'x')
      await writeFile(join(folder, 'young'), 'x')
      await utimes(join(folder, 'old'), new Date(), new Date(Date.now() - 25 * 60 * 60 * 1000))
      const restarted = new FilesystemObjects({ folder: under.folder, signingKey: under.signingKey })
      await restarted.put('after/restart', Readable.from(['x']))
      expect(await readdir(folder)).toEqual(['young'])
      await rm(join(folder, 'young'))
    })

    test('moves a file instead of copying it', async () => {
      await mkdir(join(under.folder, '.outside'))
      const path = join(under.folder, '.outside', 'made')
      await writeFile(path, 'x')
      await under.objects.putFile('moved/file', path)
      expect(await readdir(join(under.folder, '.outside'))).toEqual([])
    })

    test('copies a file from another file system', async ({ skip }) => {
      const elsewhere = '/dev/shm'
      const path = join(elsewhere, `fairlead-${process.pid}`)
      await writeFile(path, 'from afar').catch(() => skip('needs a second file system at /dev/shm'))
      try {
        await under.objects.putFile('copied/file', path)
        expect(await readFile(join(under.folder, 'copied/file'), 'utf8')).toBe('from afar')
      } finally {
        await rm(path, { force: true })
      }
    })
  })

  describe('over HTTP', () => {
    let under: Awaited<ReturnType<typeof start>>
    const options: SignGetOptions = {
      fileName: 'a.txt',
      mediaType: 'text/plain',
      disposition: 'inline',
      lifetimeSeconds: 60,
    }
    const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
      const { url } = await under.objects.signGet('clean/served/ten', options)
      return fetch(under.absolute(url), { headers, method })
    }

    beforeAll(async () => {
      under = await start()
      await under.objects.put('clean/served/ten', Readable.from(['0123456789']))
    })
    afterAll(() => under.release())

    test('gives a relative address under /objects/', async () => {
      const { url } = await under.objects.signGet('clean/served/ten', options)
      expect(url).toMatch(/^\/objects\/clean\/served\/ten\?/)
    })

    test('keeps user content harmless in the browser', async () => {
      const { headers } = await ask()
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain('sandbox')
      expect(headers.get('cache-control')).toMatch(/^private, max-age=(59|60)$/)
    })

    test('answers HEAD with the headers of GET and no body', async () => {
      const response = await ask({}, 'HEAD')
      expect(response.status).toBe(200)
      expect(response.headers.get('content-length')).toBe('10')
      expect(await response.text()).toBe('')
    })

    test.each([
      ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
      ['bytes=10-', 416, expect.stringContaining('10 bytes'), 'bytes */10'],
      ['bytes=-0', 416, expect.stringContaining('10 bytes'), 'bytes */10'],
      ['bytes=5-4', 200, '0123456789', null],
      ['bytes=-', 200, '0123456789', null],
      ['bytes=0-1,3-4', 200, '0123456789', null],
      ['lines=0-1', 200, '0123456789', null],
    ])('answers the range %s with %i', async (range, status, body, contentRange) => {
      const response = await ask({ range })
      expect(response.status).toBe(status)
      expect(response.headers.get('content-range')).toBe(contentRange)
      expect(await response.text()).toEqual(body)
    })

    test('answers 304 to a reader that has this version', async () => {
      const etag = (await ask()).headers.get('etag') ?? ''
      expect(etag).not.toBe('')
      expect((await ask({ 'if-none-match': `"other", W/${etag}` })).status).toBe(304)
      expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
    })

    test('continues a broken download only of the same version', async () => {
      const etag = (await ask()).headers.get('etag') ?? ''
      expect((await ask({ range: 'bytes=5-', 'if-range': etag })).status).toBe(206)
      expect((await ask({ range: 'bytes=5-', 'if-range': '"other"' })).status).toBe(200)
    })

    test('refuses an expired address and says so', async () => {
      const { url, expireTime } = await under.objects.signGet('clean/served/ten', options)
      const issued = under.clock.now
      under.clock.now = new Date(expireTime.getTime() - 1)
      expect((await fetch(under.absolute(url))).status).toBe(200)
      under.clock.now = expireTime
      const response = await fetch(under.absolute(url))
      under.clock.now = issued
      expect(response.status).toBe(403)
      expect(await response.text()).toContain('expired')
      expect(response.headers.get('cache-control')).toBe('no-store')
    })

    test('refuses an expiry that was moved, and one without a signature', async () => {
      const { url } = await under.objects.signGet('clean/served/ten', options)
      const moved = url.replace(/expires=(\d+)/, (_, expires) => `expires=${Number(expires) + 1000}`)
      const unsigned = url.replace(/signature=[^&]*/, 'signature=')
      for (const address of [moved, unsigned, '/objects/clean/served/ten', '/objects/']) {
        const response = await fetch(under.absolute(address))
        expect(response.status, address).toBe(403)
        expect(await response.text()).toContain('not issued by Fairlead')
      }
    })

    test('refuses a signature made with another key', async () => {
      const stranger = new FilesystemObjects({ folder: under.folder, signingKey: Buffer.alloc(32, 8) })
      const { url } = await stranger.signGet('clean/served/ten', options)
      expect((await fetch(under.absolute(url))).status).toBe(403)
    })

    test('answers 404 when the object was deleted meanwhile', async () => {
      const { url } = await under.objects.signGet('clean/served/gone', options)
      expect((await fetch(under.absolute(url))).status).toBe(404)
    })

    test('serves an empty object', async () => {
      await under.objects.put('clean/served/empty', Readable.from([]))
      const { url } = await under.objects.signGet('clean/served/empty', options)
      const response = await fetch(under.absolute(url))
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('')
    })
  })
})
