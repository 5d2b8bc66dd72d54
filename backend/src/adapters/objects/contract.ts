import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ObjectNotFound, type Objects } from '../../ports/objects.ts'

export interface ObjectsUnderTest {
  readonly objects: Objects
  /** Makes an address of signGet absolute. */
  absolute(url: string): string
  release(): Promise<void>
}

/** What every store of objects does. Each adapter's own test runs it against a real one. */
export function describeObjects(start: () => Promise<ObjectsUnderTest>): void {
  describe('a store of objects', () => {
    let under: ObjectsUnderTest
    let objects: Objects
    let folder: string
    // A store may outlive the run: each has its own corner.
    const corner = `clean/contract-${randomUUID()}`
    const key = (name: string) => `${corner}/${name}`
    const stored = async (name: string, range?: { start: number; end: number }) =>
      buffer(await objects.get(key(name), range))

    beforeAll(async () => {
      under = await start()
      objects = under.objects
      folder = await mkdtemp(join(tmpdir(), 'fairlead-objects-'))
    })

    afterAll(async () => {
      await objects.deletePrefix(`${corner}/`)
      await under.release()
      await rm(folder, { recursive: true })
    })

    test('gives back what was put, and its size', async () => {
      const content = randomBytes(300_000)
      const info = await objects.put(key('whole.bin'), Readable.from([content]))
      expect(info).toEqual({ key: key('whole.bin'), sizeBytes: 300_000 })
      expect(await objects.head(key('whole.bin'))).toEqual(info)
      expect((await stored('whole.bin')).equals(content)).toBe(true)
    })

    test('stores content that is larger than one part of an upload', async () => {
      const block = randomBytes(1 << 20)
      const blocks = Array.from({ length: 11 }, () => block)
      const info = await objects.put(key('large.bin'), Readable.from(blocks))
      expect(info.sizeBytes).toBe(11 << 20)
      const tail = await stored('large.bin', { start: (11 << 20) - 100, end: 11 << 20 })
      expect(tail.equals(block.subarray(-100))).toBe(true)
    })

    test('gives a range of bytes, the end excluded', async () => {
      await objects.put(key('range.txt'), Readable.from(['0123456789']))
      expect((await stored('range.txt', { start: 0, end: 1 })).toString()).toBe('0')
      expect((await stored('range.txt', { start: 3, end: 7 })).toString()).toBe('3456')
      expect((await stored('range.txt', { start: 9, end: 10 })).toString()).toBe('9')
    })

    test.each([
      { start: 0, end: 0 },
      { start: 5, end: 4 },
      { start: -1, end: 4 },
      { start: 0, end: 11 },
      { start: 10, end: 11 },
      { start: 0.5, end: 2 },
      { start: 0, end: Number.NaN },
    ])('refuses the range $start to $end of ten bytes', async (range) => {
      await objects.put(key('ten.txt'), Readable.from(['0123456789']))
      await expect(objects.get(key('ten.txt'), range)).rejects.toThrow(RangeError)
    })

    test('stores nothing at all as an empty object', async () => {
      await objects.put(key('empty'), Readable.from([]))
      expect(await objects.head(key('empty'))).toEqual({ key: key('empty'), sizeBytes: 0 })
      expect(await stored('empty')).toHaveLength(0)
    })

    test('stores a file', async () => {
      const path = join(folder, 'result.fits')
      await writeFile(path, 'content of a file')
      expect(await objects.putFile(key('file'), path)).toEqual({ key: key('file'), sizeBytes: 17 })
      expect((await stored('file')).toString()).toBe('content of a file')
    })

    test('puts new content in place of old', async () => {
      await objects.put(key('twice'), Readable.from(['a longer first content']))
      await objects.put(key('twice'), Readable.from(['second']))
      expect((await stored('twice')).toString()).toBe('second')
      expect((await objects.head(key('twice')))?.sizeBytes).toBe(6)
    })

    test('keeps the old content when the stream of the new one fails', async () => {
      await objects.put(key('broken'), Readable.from(['old']))
      async function* failing() {
        yield Buffer.alloc(100_000)
        throw new Error('the source broke off')
      }
      await expect(objects.put(key('broken'), Readable.from(failing()))).rejects.toThrow(
        'the source broke off',
      )
      expect((await stored('broken')).toString()).toBe('old')
    })

    test('shows nothing of a put that is cancelled', async () => {
      const cancel = new AbortController()
      async function* endless() {
        for (let block = 0; ; block += 1) {
          if (block === 3) cancel.abort()
          yield Buffer.alloc(1000)
          await new Promise(setImmediate)
        }
      }
      const put = objects.put(key('cancelled'), Readable.from(endless()), { signal: cancel.signal })
      await expect(put).rejects.toMatchObject({ name: 'AbortError' })
      expect(await objects.head(key('cancelled'))).toBeUndefined()
    })

    test('shows whole contents only while two writers take turns', async () => {
      const contents = [Buffer.alloc(200_000, 'a'), Buffer.alloc(150_000, 'b')] as const
      await objects.put(key('contended'), Readable.from([contents[0]]))
      const writes = Array.from({ length: 6 }, (_, turn) =>
        objects.put(key('contended'), Readable.from([contents[turn % 2 === 0 ? 0 : 1]])),
      )
      const reads = Array.from({ length: 6 }, () => stored('contended'))
      for (const read of await Promise.all(reads)) {
        expect(contents.some((content) => content.equals(read))).toBe(true)
      }
      await Promise.all(writes)
    })

    test('knows what is absent', async () => {
      expect(await objects.head(key('absent'))).toBeUndefined()
      await expect(objects.get(key('absent'))).rejects.toThrow(ObjectNotFound)
      await expect(objects.get(key('absent'), { start: 0, end: 1 })).rejects.toThrow(ObjectNotFound)
      await objects.put(key('folder/file'), Readable.from(['x']))
      expect(await objects.head(key('folder'))).toBeUndefined()
    })

    test('deletes, also what is absent', async () => {
      await objects.put(key('gone'), Readable.from(['x']))
      await objects.delete(key('gone'))
      expect(await objects.head(key('gone'))).toBeUndefined()
      await objects.delete(key('gone'))
    })

    test('deletes everything under a prefix and nothing beside it', async () => {
      const inside = ['tree/a', 'tree/b/c', 'tree/b/d/e']
      const beside = ['tree-2/a', 'forest']
      for (const name of [...inside, ...beside]) await objects.put(key(name), Readable.from(['x']))
      await objects.deletePrefix(key('tree/'))
      for (const name of inside) expect(await objects.head(key(name)), name).toBeUndefined()
      for (const name of beside) expect(await objects.head(key(name)), name).toBeDefined()
      await objects.deletePrefix(key('tree/'))
    })

    test.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '..',
      '../a',
      'a/../b',
      './a',
      'a\\b',
      'a b',
      'a%2fb',
      '.hidden',
      'a\0b',
      'ä',
      'a'.repeat(1001),
    ])('refuses the key %j', async (bad) => {
      await expect(objects.put(bad, Readable.from(['x']))).rejects.toThrow(TypeError)
      await expect(objects.head(bad)).rejects.toThrow(TypeError)
      await expect(objects.get(bad)).rejects.toThrow(TypeError)
      await expect(objects.delete(bad)).rejects.toThrow(TypeError)
      await expect(
        objects.signGet(bad, { fileName: 'a', mediaType: 'a/b', disposition: 'inline', lifetimeSeconds: 60 }),
      ).rejects.toThrow(TypeError)
    })

    test.each(['', '/', 'a', '../', 'a/../'])('refuses to delete everything under %j', async (bad) => {
      await expect(objects.deletePrefix(bad)).rejects.toThrow(TypeError)
    })

    test('signs an address that serves the content under the given name and type', async () => {
      await objects.put(key('signed.fits'), Readable.from(['content']), { mediaType: 'text/html' })
      const before = Date.now()
      const signed = await objects.signGet(key('signed.fits'), {
        fileName: 'Größe (1).fits',
        mediaType: 'application/fits',
        disposition: 'attachment',
        lifetimeSeconds: 60,
      })
      expect(Math.abs(signed.expireTime.getTime() - before - 60_000)).toBeLessThan(5_000)
      const response = await fetch(under.absolute(signed.url))
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('content')
      expect(response.headers.get('content-type')).toBe('application/fits')
      const disposition = response.headers.get('content-disposition')
      expect(disposition).toContain('attachment')
      expect(disposition).toContain(`filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29.fits`)
    })

    test('serves a range of a signed address', async () => {
      await objects.put(key('signed-range.txt'), Readable.from(['0123456789']))
      const { url } = await objects.signGet(key('signed-range.txt'), {
        fileName: 'a.txt',
        mediaType: 'text/plain',
        disposition: 'inline',
        lifetimeSeconds: 60,
      })
      const response = await fetch(under.absolute(url), { headers: { range: 'bytes=2-4' } })
      expect(response.status).toBe(206)
      expect(response.headers.get('content-range')).toBe('bytes 2-4/10')
      expect(await response.text()).toBe('234')
    })

    test('does not serve an address that was changed', async () => {
      await objects.put(key('secret'), Readable.from(['secret']))
      await objects.put(key('other'), Readable.from(['other']))
      const { url } = await objects.signGet(key('other'), {
        fileName: 'a.txt',
        mediaType: 'text/plain',
        disposition: 'attachment',
        lifetimeSeconds: 60,
      })
      const absolute = under.absolute(url)
      const changed = [
        absolute.replace('/other?', '/secret?'),
        absolute.replace('a.txt', 'b.txt'),
        absolute.replace('text%2Fplain', 'text%2Fhtml'),
        absolute.replace('attachment', 'inline'),
        absolute.slice(0, absolute.indexOf('?')),
      ]
      for (const address of changed) {
        expect(address).not.toBe(absolute)
        const response = await fetch(address)
        await response.arrayBuffer()
        expect(response.status, address).toBe(403)
      }
    })
  })
}
