import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ObjectNotFound,
  type Objects,
  type ObjectUpload,
  type ObjectUploads,
  partCountOf,
  partOf,
  UploadIncomplete,
  UploadNotFound,
  type UploadShape,
} from '../../ports/objects.ts'
import type { ObjectsUnderTest } from './contract.ts'

export interface UploadsUnderTest extends ObjectsUnderTest {
  readonly uploads: ObjectUploads
  /** Resolves when it is that time where addresses are checked. */
  reach(time: Date): Promise<void>
}

/** The least that S3 takes of a part which is not the last. */
const PART_BYTES = 5 << 20
/** Of two parts, the second a short one. */
const twoParts: UploadShape = { sizeBytes: PART_BYTES + 1000, partSizeBytes: PART_BYTES }
const tenBytes: UploadShape = { sizeBytes: 10, partSizeBytes: 10 }
const lifetimeSeconds = 60
const distantFuture = new Date(Date.now() + 3_600_000)

/** What every store does with content that comes in parts. */
export function describeUploads(start: () => Promise<UploadsUnderTest>): void {
  describe('a store that takes uploads', () => {
    let under: UploadsUnderTest
    let objects: Objects
    let uploads: ObjectUploads
    const corner = `clean/uploads-${randomUUID()}`
    const key = (name: string) => `${corner}/${name}`
    const stored = async (name: string, range?: { start: number; end: number }) =>
      buffer(await objects.get(key(name), range))
    const addressOf = async (upload: ObjectUpload, shape: UploadShape, number: number) =>
      under.absolute((await uploads.signPart(upload, partOf(shape, number), { lifetimeSeconds })).url)
    const send = async (upload: ObjectUpload, shape: UploadShape, number: number, content: Buffer) => {
      const begin = (number - 1) * shape.partSizeBytes
      const body = content.subarray(begin, begin + partOf(shape, number).sizeBytes)
      return put(await addressOf(upload, shape, number), body)
    }
    const upload = async (name: string, shape: UploadShape, content: Buffer) => {
      const begun = await uploads.createUpload(key(name))
      for (let number = partCountOf(shape); number > 0; number -= 1) {
        expect(await send(begun, shape, number, content)).toBe(200)
      }
      await uploads.completeUpload(begun, shape)
      return begun
    }

    beforeAll(async () => {
      under = await start()
      objects = under.objects
      uploads = under.uploads
    })

    afterAll(async () => {
      await objects.deletePrefix(`${corner}/`)
      await under.release()
    })

    test('takes one part, and shows it once the upload is complete', async () => {
      const begun = await uploads.createUpload(key('one'), { mediaType: 'text/plain' })
      expect(await uploads.listParts(begun)).toEqual([])
      expect(await send(begun, tenBytes, 1, Buffer.from('0123456789'))).toBe(200)
      expect(await uploads.listParts(begun)).toEqual([{ number: 1, sizeBytes: 10 }])
      expect(await objects.head(key('one'))).toBeUndefined()
      expect(await uploads.completeUpload(begun, tenBytes)).toEqual({ key: key('one'), sizeBytes: 10 })
      expect(await objects.head(key('one'))).toEqual({ key: key('one'), sizeBytes: 10 })
      expect((await stored('one')).toString()).toBe('0123456789')
    })

    test('makes one object of parts that came at once, in whichever order', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      const begun = await uploads.createUpload(key('two'))
      expect(await Promise.all([2, 1].map((number) => send(begun, twoParts, number, content)))).toEqual([
        200, 200,
      ])
      expect(await uploads.listParts(begun)).toEqual([1, 2].map((number) => partOf(twoParts, number)))
      await uploads.completeUpload(begun, twoParts)
      expect((await stored('two')).equals(content)).toBe(true)
    })

    test.each([
      { start: 0, end: 1 },
      { start: PART_BYTES - 2, end: PART_BYTES },
      { start: PART_BYTES - 5, end: PART_BYTES + 5 },
      { start: PART_BYTES, end: PART_BYTES + 1 },
      { start: PART_BYTES + 990, end: PART_BYTES + 1000 },
    ])('gives the bytes $start to $end of an object of parts, by itself and by address', async (range) => {
      const content = randomBytes(twoParts.sizeBytes)
      const name = `range-${range.start}`
      await upload(name, twoParts, content)
      const expected = content.subarray(range.start, range.end)
      expect((await stored(name, range)).equals(expected)).toBe(true)
      const { url } = await objects.signGet(key(name), {
        fileName: 'a',
        mediaType: 'text/plain',
        disposition: 'attachment',
        lifetimeSeconds,
      })
      const headers = { range: `bytes=${range.start}-${range.end - 1}` }
      const answer = await fetch(under.absolute(url), { headers })
      expect(answer.status).toBe(206)
      expect(answer.headers.get('content-range')).toBe(
        `bytes ${range.start}-${range.end - 1}/${twoParts.sizeBytes}`,
      )
      expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true)
    })

    test('refuses a range beyond an object of parts', async () => {
      await upload('short', twoParts, randomBytes(twoParts.sizeBytes))
      const range = { start: 0, end: twoParts.sizeBytes + 1 }
      await expect(objects.get(key('short'), range)).rejects.toThrow(RangeError)
    })

    test('takes a part again, and the last that arrived counts', async () => {
      const begun = await uploads.createUpload(key('again'))
      for (const content of ['first 10 b', 'second 10b']) {
        expect(await send(begun, tenBytes, 1, Buffer.from(content))).toBe(200)
      }
      await uploads.completeUpload(begun, tenBytes)
      expect((await stored('again')).toString()).toBe('second 10b')
    })

    test('mixes nothing of two that send the same part at once', async () => {
      const contents = ['a', 'b', 'c', 'd'].map((letter) => Buffer.alloc(1 << 20, letter))
      const shape = { sizeBytes: 1 << 20, partSizeBytes: 1 << 20 }
      const begun = await uploads.createUpload(key('contended'))
      const sent = await Promise.all(contents.map((content) => send(begun, shape, 1, content)))
      expect(sent).toContain(200)
      await uploads.completeUpload(begun, shape)
      const content = await stored('contended')
      expect(contents.some((one) => one.equals(content))).toBe(true)
    })

    test('an address works no more once the upload is complete', async () => {
      const begun = await uploads.createUpload(key('replayed'))
      const address = await addressOf(begun, tenBytes, 1)
      expect(await put(address, Buffer.from('0123456789'))).toBe(200)
      await uploads.completeUpload(begun, tenBytes)
      expect(await put(address, Buffer.from('EVIL EVIL!'))).toBeOneOf([403, 404, 409])
      expect((await stored('replayed')).toString()).toBe('0123456789')
      expect(await put(await addressOf(begun, tenBytes, 1), Buffer.from('EVIL EVIL!'))).toBeOneOf([
        403, 404, 409,
      ])
      await uploads.completeUpload(begun, tenBytes)
      expect((await stored('replayed')).toString()).toBe('0123456789')
    })

    test('a part that is still on its way when the upload completes changes nothing', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      const begun = await uploads.createUpload(key('late'))
      for (const number of [1, 2]) expect(await send(begun, twoParts, number, content)).toBe(200)
      const late = await slowPut(await addressOf(begun, twoParts, 1), PART_BYTES)
      await late.write(Buffer.alloc(PART_BYTES / 2, 'x'))
      await uploads.completeUpload(begun, twoParts)
      await late.write(Buffer.alloc(PART_BYTES / 2, 'x'))
      expect(await late.status()).not.toBe(200)
      expect((await stored('late')).equals(content)).toBe(true)
    })

    test('a part that breaks off leaves nothing, and what it was to replace stays', async () => {
      const begun = await uploads.createUpload(key('broken'))
      const address = await addressOf(begun, tenBytes, 1)
      const breakOff = async () => {
        const broken = await slowPut(address, 10)
        await broken.write(Buffer.from('01234'))
        broken.breakOff()
      }
      await breakOff()
      expect(await uploads.listParts(begun)).toEqual([])
      expect(await put(address, Buffer.from('0123456789'))).toBe(200)
      await breakOff()
      await uploads.completeUpload(begun, tenBytes)
      expect((await stored('broken')).toString()).toBe('0123456789')
    })

    test('refuses more and less than the part has', async () => {
      const begun = await uploads.createUpload(key('sized'))
      const address = await addressOf(begun, tenBytes, 1)
      expect(await put(address, Buffer.from('0123456789a'))).toBeOneOf([400, 403, 413])
      expect(await put(address, Buffer.from('012345678'))).toBeOneOf([400, 403])
      expect(await put(address, Buffer.alloc(0))).toBeOneOf([400, 403])
      const unsized = await slowPut(address)
      await unsized.write(Buffer.from('0123456789'))
      expect(await unsized.status()).toBeOneOf([400, 403, 411])
      expect(await uploads.listParts(begun)).toEqual([])
      await uploads.abortUpload(begun)
    })

    test('refuses an address that was changed', async () => {
      const begun = await uploads.createUpload(key('mine'))
      const other = await uploads.createUpload(key('other'))
      await objects.put(key('released'), Readable.from(['0123456789']))
      const address = await addressOf(begun, twoParts, 1)
      const changed = [
        address.replace('/mine?', '/other?'),
        address.replace('/mine?', '/released?'),
        address.replace(/(partNumber|part)=1/, '$1=2'),
        address.replace(/([?&](?:uploadId|upload)=)[^&]*/, `$1${other.uploadId}`),
        address.replace(/(X-Amz-Expires|expires)=\d/, '$1=9'),
        address.replace(/(?<=ignature=)./, (character) => (character === '0' ? '1' : '0')),
        address.slice(0, address.indexOf('?')),
      ]
      for (const wrong of changed) {
        expect(wrong).not.toBe(address)
        expect(await put(wrong, Buffer.alloc(PART_BYTES)), wrong).toBe(403)
      }
      expect(await uploads.listParts(begun)).toEqual([])
      expect(await uploads.listParts(other)).toEqual([])
      expect((await stored('released')).toString()).toBe('0123456789')
      await uploads.abortUpload(begun)
      await uploads.abortUpload(other)
    })

    test('an address to send gives nothing, and one to read takes nothing', async () => {
      await objects.put(key('both'), Readable.from(['content']))
      const begun = await uploads.createUpload(key('both'))
      const sending = await addressOf(begun, tenBytes, 1)
      expect((await fetch(sending)).status).toBe(403)
      expect((await fetch(sending, { method: 'DELETE' })).status).toBeOneOf([403, 405])
      const { url } = await objects.signGet(key('both'), {
        fileName: 'a',
        mediaType: 'text/plain',
        disposition: 'attachment',
        lifetimeSeconds,
      })
      expect(await put(under.absolute(url), Buffer.from('0123456789'))).toBe(403)
      expect((await stored('both')).toString()).toBe('content')
      await uploads.abortUpload(begun)
    })

    test('refuses an address that has expired', async () => {
      const begun = await uploads.createUpload(key('expired'))
      const part = partOf(tenBytes, 1)
      const { url, expireTime } = await uploads.signPart(begun, part, { lifetimeSeconds: 1 })
      await under.reach(expireTime)
      expect(await put(under.absolute(url), Buffer.from('0123456789'))).toBe(403)
      expect(await uploads.listParts(begun)).toEqual([])
      await uploads.abortUpload(begun)
    })

    test('names the parts that are missing, and goes on', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      const begun = await uploads.createUpload(key('gaps'))
      expect(await send(begun, twoParts, 2, content)).toBe(200)
      const early = await uploads.completeUpload(begun, twoParts).catch((error: unknown) => error)
      expect(early).toBeInstanceOf(UploadIncomplete)
      expect(early).toMatchObject({ missing: [1] })
      expect(await objects.head(key('gaps'))).toBeUndefined()
      expect(await send(begun, twoParts, 1, content)).toBe(200)
      await uploads.completeUpload(begun, twoParts)
      expect((await stored('gaps')).equals(content)).toBe(true)
    })

    test('does not complete parts of another shape', async () => {
      const begun = await uploads.createUpload(key('shape'))
      expect(await send(begun, tenBytes, 1, Buffer.from('0123456789'))).toBe(200)
      for (const shape of [
        { sizeBytes: 11, partSizeBytes: 11 },
        { sizeBytes: 9, partSizeBytes: 9 },
        { sizeBytes: 20, partSizeBytes: 10 },
      ]) {
        await expect(uploads.completeUpload(begun, shape)).rejects.toThrow(UploadIncomplete)
      }
      await uploads.abortUpload(begun)
    })

    test('is complete once, however often and at once it is asked for', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      const begun = await uploads.createUpload(key('once'))
      for (const number of [1, 2]) expect(await send(begun, twoParts, number, content)).toBe(200)
      const expected = { key: key('once'), sizeBytes: twoParts.sizeBytes }
      const answers = Array.from({ length: 5 }, () => uploads.completeUpload(begun, twoParts))
      expect(await Promise.all(answers)).toEqual(answers.map(() => expected))
      expect(await uploads.completeUpload(begun, twoParts)).toEqual(expected)
      expect((await stored('once')).equals(content)).toBe(true)
      await expect(uploads.listParts(begun)).rejects.toThrow(UploadNotFound)
    })

    // Each meets the others elsewhere: between looking at the parts, sealing, putting together and cleaning up.
    test.each([
      ['of one part', tenBytes],
      ['of several parts', twoParts],
    ])('answers the same to all who complete one %s at once, again and again', async (what, shape) => {
      const content = randomBytes(shape.sizeBytes)
      for (let round = 0; round < 3; round += 1) {
        const name = `together-${shape.sizeBytes}-${round}`
        const begun = await uploads.createUpload(key(name))
        for (let number = 1; number <= partCountOf(shape); number += 1) {
          expect(await send(begun, shape, number, content)).toBe(200)
        }
        const answers = Array.from({ length: 8 }, () => uploads.completeUpload(begun, shape))
        const expected = { key: key(name), sizeBytes: shape.sizeBytes }
        expect(await Promise.all(answers), what).toEqual(answers.map(() => expected))
        expect((await stored(name)).equals(content)).toBe(true)
        expect(await all(uploads.listUploads(key(name), distantFuture))).toEqual([])
      }
    })

    test('gives an upload up with what has arrived', async () => {
      const begun = await uploads.createUpload(key('aborted'))
      const address = await addressOf(begun, tenBytes, 1)
      expect(await put(address, Buffer.from('0123456789'))).toBe(200)
      await uploads.abortUpload(begun)
      expect(await put(address, Buffer.from('0123456789'))).toBeOneOf([404, 409])
      await expect(uploads.listParts(begun)).rejects.toThrow(UploadNotFound)
      await expect(uploads.completeUpload(begun, tenBytes)).rejects.toThrow(UploadNotFound)
      expect(await objects.head(key('aborted'))).toBeUndefined()
      await uploads.abortUpload(begun)
    })

    test('an upload that is complete can no longer be given up', async () => {
      const begun = await upload('kept', tenBytes, Buffer.from('0123456789'))
      await uploads.abortUpload(begun)
      expect((await stored('kept')).toString()).toBe('0123456789')
    })

    test('knows no upload that was not begun', async () => {
      const unknown = { key: key('unknown'), uploadId: randomUUID() }
      await expect(uploads.listParts(unknown)).rejects.toThrow(UploadNotFound)
      await expect(uploads.completeUpload(unknown, tenBytes)).rejects.toThrow(UploadNotFound)
      await uploads.abortUpload(unknown)
    })

    test('lists uploads that have not ended by their key and age', async () => {
      const begun = await uploads.createUpload(key('stale'))
      const beside = await uploads.createUpload(key('stale-2'))
      const found = await all(uploads.listUploads(key('stale'), distantFuture))
      expect(found).toEqual([{ ...begun, createTime: expect.any(Date) }])
      expect(Math.abs((found[0]?.createTime.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
      expect(await all(uploads.listUploads(key('stale'), new Date(Date.now() - 60_000)))).toEqual([])
      await uploads.abortUpload(begun)
      await uploads.abortUpload(beside)
      expect(await all(uploads.listUploads(key('stale'), distantFuture))).toEqual([])
    })

    test.each([
      ['of one part', tenBytes],
      ['of several parts', twoParts],
    ])('moves an object %s, and says the same when asked again', async (what, shape) => {
      const content = randomBytes(shape.sizeBytes)
      const [from, to] = [`from-${shape.sizeBytes}`, `moved/${shape.sizeBytes}`]
      await upload(from, shape, content)
      const expected = { key: key(to), sizeBytes: shape.sizeBytes }
      expect(await uploads.move(key(from), key(to)), what).toEqual(expected)
      expect(await objects.head(key(from))).toBeUndefined()
      expect((await stored(to)).equals(content)).toBe(true)
      expect(await uploads.move(key(from), key(to))).toEqual(expected)
      expect((await stored(to)).equals(content)).toBe(true)
      await objects.delete(key(to))
      expect(await objects.head(key(to))).toBeUndefined()
      await expect(uploads.move(key(from), key(to))).rejects.toThrow(ObjectNotFound)
    })

    test('moves once, however often and at once it is asked to', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      for (let round = 0; round < 3; round += 1) {
        const [from, to] = [`hither-${round}`, `thither-${round}`]
        await objects.put(key(from), Readable.from([content]))
        const answers = Array.from({ length: 4 }, () => uploads.move(key(from), key(to)))
        const expected = { key: key(to), sizeBytes: content.length }
        expect(await Promise.all(answers)).toEqual(answers.map(() => expected))
        expect((await stored(to)).equals(content)).toBe(true)
        expect(await objects.head(key(from))).toBeUndefined()
      }
    })

    test('moves and puts over what stands there, of parts or not', async () => {
      const content = randomBytes(twoParts.sizeBytes)
      await upload('standing', twoParts, randomBytes(twoParts.sizeBytes))
      await upload('moving', twoParts, content)
      await uploads.move(key('moving'), key('standing'))
      expect((await stored('standing')).equals(content)).toBe(true)
      await objects.put(key('small'), Readable.from(['small']))
      await uploads.move(key('standing'), key('small'))
      expect((await stored('small')).equals(content)).toBe(true)
      await objects.put(key('small'), Readable.from(['small again']))
      expect((await stored('small')).toString()).toBe('small again')
    })

    test('lists what is under a prefix by the bytes of the keys, each object once', async () => {
      const names = ['a', 'a-b', 'a.b', 'a0', 'aB', 'aa', 'b/a', 'b/c/d', 'b-a', 'b.a', 'ba', '_', '0', 'Z']
      for (const name of names) await objects.put(key(`listed/${name}`), Readable.from([name]))
      await upload('listed/b/parts', twoParts, randomBytes(twoParts.sizeBytes))
      const unfinished = await uploads.createUpload(key('listed/unfinished'))
      await objects.put(key('listed-not'), Readable.from(['x']))
      const listed = await all(uploads.list(key('listed/')))
      const expected = [...names, 'b/parts'].map((name) => key(`listed/${name}`)).sort()
      expect(listed.map((object) => object.key)).toEqual(expected)
      expect(listed.find((object) => object.key.endsWith('parts'))?.sizeBytes).toBe(twoParts.sizeBytes)
      for (const { changeTime } of listed) {
        expect(Math.abs(changeTime.getTime() - Date.now())).toBeLessThan(60_000)
      }
      expect(await all(uploads.list(key('listed/nothing/')))).toEqual([])
      await uploads.abortUpload(unfinished)
      await objects.deletePrefix(key('listed/'))
      expect(await all(uploads.list(key('listed/')))).toEqual([])
      expect(await objects.head(key('listed-not'))).toBeDefined()
    })

    test('a prefix that is the key of an object deletes nothing of it', async () => {
      await upload('whole', twoParts, randomBytes(twoParts.sizeBytes))
      await objects.deletePrefix(key('whole/'))
      expect(await objects.head(key('whole'))).toBeDefined()
      expect(await all(uploads.list(key('whole/')))).toEqual([])
    })

    test.each(['quarantine/a', 'quarantine/clean/a', 'cleanly/a', 'Clean/a', 'a'])(
      'never gives an address to read %s',
      async (unreleased) => {
        await expect(
          objects.signGet(unreleased, {
            fileName: 'a',
            mediaType: 'text/plain',
            disposition: 'attachment',
            lifetimeSeconds,
          }),
        ).rejects.toThrow('not released')
      },
    )

    test.each(['', '..', '../a', 'a/../b', '.uploads/a', 'a\\b', 'a\0b', 'ä', 'a'.repeat(1001)])(
      'takes no upload to %j',
      async (bad) => {
        await expect(uploads.createUpload(bad)).rejects.toThrow(TypeError)
        await expect(uploads.move(bad, key('a'))).rejects.toThrow(TypeError)
        await expect(uploads.move(key('a'), bad)).rejects.toThrow(TypeError)
        await expect(all(uploads.listUploads(bad, distantFuture))).rejects.toThrow(TypeError)
      },
    )

    test('takes an upload under a key as long as keys may be', async () => {
      const long = `${Array.from({ length: 8 }, () => 'n'.repeat(110)).join('/')}/x`
      await upload(long, tenBytes, Buffer.from('0123456789'))
      expect((await stored(long)).toString()).toBe('0123456789')
    })
  })
}

/** Answers the status. */
async function put(address: string, body: Buffer): Promise<number> {
  const answer = await fetch(address, { method: 'PUT', body })
  await answer.arrayBuffer()
  return answer.status
}

interface SlowPut {
  /** Resolves when the system has taken it. */
  write(content: Buffer): Promise<void>
  /** Ends the request; the status of the answer, undefined where the connection was cut instead. */
  status(): Promise<number | undefined>
  breakOff(): void
}

/** A PUT that is sent as the test goes on; without a length in chunks. */
async function slowPut(address: string, length?: number): Promise<SlowPut> {
  const outgoing: ClientRequest = request(address, {
    method: 'PUT',
    headers: length === undefined ? {} : { 'content-length': length },
  })
  const answered = new Promise<number | undefined>((resolve) => {
    outgoing.once('response', (answer: IncomingMessage) => {
      text(answer).then(
        () => resolve(answer.statusCode),
        () => resolve(undefined),
      )
    })
    outgoing.once('error', () => resolve(undefined))
  })
  outgoing.flushHeaders()
  await once(outgoing, 'socket')
  return {
    write: (content) => new Promise((written) => outgoing.write(content, () => written())),
    status: () => {
      outgoing.end()
      return answered
    },
    breakOff: () => outgoing.destroy(),
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
