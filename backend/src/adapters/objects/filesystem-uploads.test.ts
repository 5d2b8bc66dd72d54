import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  InsufficientStorage,
  ObjectNotFound,
  partOf,
  shapeOfUpload,
  type UploadShape,
} from '../../ports/objects.ts'
import { FilesystemObjects } from './filesystem.ts'
import { FilesystemUploads } from './filesystem-uploads.ts'
import { serveObjects } from './serve-objects.ts'

const run = promisify(execFile)
const key = 'quarantine/one'
/** Of four parts. */
const shape: UploadShape = { sizeBytes: 40, partSizeBytes: 11 }
const content = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCD')

let home: string
let folder: string
let objects: FilesystemObjects
let uploads: FilesystemUploads
let origin: string
let stopping: AbortController
let close: () => Promise<void>

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-uploads-'))
  folder = join(home, 'store')
  await mkdir(folder)
  await open()
})
afterEach(async () => {
  await close()
  await rm(home, { recursive: true })
})

async function open() {
  const options = { folder, signingKey: Buffer.alloc(32, 7) }
  objects = new FilesystemObjects(options)
  uploads = new FilesystemUploads(options)
  const serve = serveObjects({ objects, uploads, signingKey: options.signingKey })
  stopping = new AbortController()
  const failures: unknown[] = []
  const server = createServer((incoming, answer) => {
    serve(incoming, answer, stopping.signal).catch((error: unknown) => {
      failures.push(error)
      answer.destroy()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  close = async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
    expect(failures).toEqual([])
  }
}

async function begin() {
  const upload = await uploads.createUpload(key)
  const addressOf = async (number: number) => {
    const { url } = await uploads.signPart(upload, partOf(shape, number), { lifetimeSeconds: 60 })
    return origin + url
  }
  const send = async (number: number) =>
    put(await addressOf(number), content.subarray((number - 1) * 11, Math.min(number * 11, 40)))
  return { upload, addressOf, send }
}

async function put(address: string, body: Buffer) {
  const answer = await fetch(address, { method: 'PUT', body })
  return { status: answer.status, says: await answer.text() }
}

/** Everything in the store's folder but empty folders. */
async function left(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

describe('a PUT to objects/filesystem', () => {
  test.each([
    ['has no length', { 'transfer-encoding': 'chunked' }, 411, 'Say how many bytes come'],
    ['has more than the part', { 'content-length': '12' }, 413, 'Part 1 has 11 bytes; 12 are too many'],
    ['has less than the part', { 'content-length': '10' }, 400, 'Part 1 has 11 bytes; 10 are too few'],
  ])('that %s is refused before its content comes', async (_, headers, status, sentence) => {
    const { addressOf } = await begin()
    const answer = await announce(await addressOf(1), headers)
    expect(answer.status).toBe(status)
    expect(answer.says).toContain(sentence)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('to an upload that has ended is refused before its content comes', async () => {
    const { upload, addressOf } = await begin()
    const address = await addressOf(1)
    await uploads.abortUpload(upload)
    const answer = await announce(address, { 'content-length': '11' })
    expect(answer.status).toBe(404)
    expect(answer.says).toContain('This upload has ended')
  })

  test.each([
    ['nobody signed', (address: string) => address.replace(/signature=.*/, ''), 'not issued by Fairlead'],
    ['says a number in another way', (address: string) => address.replace('part=1', 'part=01'), 'not issued'],
    ['names the part twice', (address: string) => address.replace('part=1', 'part=2&part=1'), 'not issued'],
  ])('to an address that %s is refused', async (_, change, sentence) => {
    const { addressOf } = await begin()
    const answer = await announce(change(await addressOf(1)), { 'content-length': '11' })
    expect(answer.status).toBe(403)
    expect(answer.says).toContain(sentence)
  })

  test('that loses its upload on the way is answered 409, and leaves nothing', async () => {
    const { upload, addressOf } = await begin()
    const sending = request(await addressOf(1), { method: 'PUT', headers: { 'content-length': 11 } })
    const answered = answerTo(sending)
    sending.write('01234')
    await vi.waitUntil(async () => (await left()).some((path) => path.startsWith('.unfinished/')))
    await uploads.abortUpload(upload)
    sending.end('56789a')
    expect(await answered).toMatchObject({ status: 409, says: expect.stringContaining('has ended') })
    expect(await left()).toEqual([])
  })

  test('is cut off when the server stops, and leaves nothing', async () => {
    const { upload, addressOf } = await begin()
    const before = await left()
    const sending = request(await addressOf(1), { method: 'PUT', headers: { 'content-length': 11 } })
    const cut = new Promise((resolve) => sending.once('error', resolve))
    sending.write('01234')
    await vi.waitUntil(async () => (await left()).length > before.length)
    stopping.abort()
    await cut
    await vi.waitUntil(async () => (await left()).length === before.length)
    expect(await uploads.listParts(upload)).toEqual([])
  })

  test('that breaks off leaves nothing', async () => {
    const { upload, addressOf } = await begin()
    const before = await left()
    const sending = request(await addressOf(1), { method: 'PUT', headers: { 'content-length': 11 } })
    sending.on('error', () => undefined)
    sending.write('01234')
    await vi.waitUntil(async () => (await left()).length > before.length)
    sending.destroy()
    await vi.waitUntil(async () => (await left()).length === before.length)
    expect(await uploads.listParts(upload)).toEqual([])
  })
})

describe('a completion in objects/filesystem', () => {
  test('leaves nothing of the upload but the object', async () => {
    const { upload, send } = await begin()
    for (const number of [4, 3, 2, 1]) expect(await send(number)).toMatchObject({ status: 200 })
    await uploads.completeUpload(upload, shape)
    expect(await left()).toEqual(['.1', '.2', '.3', '.4', '.parts'].map((name) => `${key}/${name}`))
    await objects.delete(key)
    expect(await left()).toEqual([])
  })

  test('of one part makes a plain file', async () => {
    const one = shapeOfUpload(3)
    const upload = await uploads.createUpload(key)
    await uploads.receivePart(upload, partOf(one, 1), Readable.from([Buffer.from('abc')]))
    await uploads.completeUpload(upload, one)
    expect(await left()).toEqual([key])
  })

  // What a process that is killed between two steps leaves, made from what the steps do.
  test.each([
    ['had sealed it', 0],
    ['had collected two parts', 2],
    ['had collected all parts', 4],
  ])('goes on where one that was killed %s', async (_, collected) => {
    const { upload, send } = await begin()
    for (const number of [1, 2, 3, 4]) await send(number)
    const going = join(folder, '.uploads', upload.uploadId)
    const completing = join(folder, '.completing', upload.uploadId)
    await mkdir(join(going, 'object'))
    await writeFile(join(going, '.parts'), JSON.stringify(shape))
    await mkdir(join(folder, '.completing'))
    await rename(going, completing)
    for (let number = 1; number <= collected; number += 1) {
      await rename(join(completing, `.${number}`), join(completing, 'object', `.${number}`))
    }
    expect(await objects.head(key)).toBeUndefined()
    const found = []
    for await (const one of uploads.listUploads('quarantine/', new Date(Date.now() + 1000)))
      found.push(one.key)
    expect(found).toEqual([key])
    expect(await uploads.completeUpload(upload, shape)).toEqual({ key, sizeBytes: 40 })
    expect((await buffer(await objects.get(key))).equals(content)).toBe(true)
    expect((await left()).filter((path) => !path.startsWith(key))).toEqual([])
  })

  test.each([
    ['several parts', shape],
    ['one part', { sizeBytes: 40, partSizeBytes: 40 }],
  ])('of %s says the same after one that was killed when all was done but the clearing', async (_, whole) => {
    const upload = await uploads.createUpload(key)
    for (let number = 1; number <= Math.ceil(40 / whole.partSizeBytes); number += 1) {
      const part = partOf(whole, number)
      const begin = (number - 1) * whole.partSizeBytes
      const bytes = content.subarray(begin, begin + part.sizeBytes)
      await uploads.receivePart(upload, part, Readable.from([bytes]))
    }
    await uploads.completeUpload(upload, whole)
    const completing = join(folder, '.completing', upload.uploadId)
    await mkdir(join(completing, 'object'), { recursive: true })
    await writeFile(join(completing, 'upload.json'), JSON.stringify({ key, createTime: new Date() }))
    expect(await uploads.completeUpload(upload, whole)).toEqual({ key, sizeBytes: 40 })
    expect((await buffer(await objects.get(key))).equals(content)).toBe(true)
    expect(await readdir(join(folder, '.completing'))).toEqual([])
  })

  test.each([
    ['moved', () => uploads.move(key, 'clean/elsewhere')],
    ['deleted', () => objects.delete(key)],
  ])('of several parts makes what can be read no more once it is %s', async (_, end) => {
    const { upload, send } = await begin()
    for (const number of [1, 2, 3, 4]) await send(number)
    await uploads.completeUpload(upload, shape)
    const content = await objects.get(key)
    await end()
    await expect(buffer(content)).rejects.toThrow(ObjectNotFound)
  })

  test('takes what a PUT still renames into the sealed folder for nothing', async () => {
    const { upload, send } = await begin()
    for (const number of [1, 2, 3, 4]) await send(number)
    await uploads.completeUpload(upload, shape)
    // The path of the folder that a PUT looked up just before it was moved.
    const completing = join(folder, '.completing', upload.uploadId)
    await mkdir(join(completing, 'object'), { recursive: true })
    await writeFile(join(completing, '.2'), 'EVIL EVIL!!')
    await uploads.completeUpload(upload, shape)
    expect((await buffer(await objects.get(key))).equals(content)).toBe(true)
  })
})

/** Whether this process may mount; a disk that is really full takes one of its own. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!mayMount)('a disk that is full (needs the right to mount one)', () => {
  const filler = () => join(folder, '.filler')
  const fill = async () => {
    const { bavail, bsize } = await statfs(folder)
    await writeFile(filler(), Buffer.alloc(bavail * bsize))
  }

  beforeEach(async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', folder])
  })
  afterEach(async () => {
    await run('umount', [folder])
  })

  test('refuses a part by 507, keeps what has arrived, and takes it once there is room', async () => {
    const half = { sizeBytes: 2 << 20, partSizeBytes: 1 << 20 }
    const [first, second] = [Buffer.alloc(1 << 20, 'a'), Buffer.alloc(1 << 20, 'b')]
    const upload = await uploads.createUpload(key)
    const addressOf = async (number: number) =>
      origin + (await uploads.signPart(upload, partOf(half, number), { lifetimeSeconds: 60 })).url
    expect(await put(await addressOf(1), first)).toMatchObject({ status: 200 })
    await fill()
    const refused = await put(await addressOf(2), second)
    expect(refused).toMatchObject({ status: 507, says: expect.stringContaining('no room') })
    expect(await readdir(join(folder, '.unfinished'))).toEqual([])
    expect(await uploads.listParts(upload)).toEqual([partOf(half, 1)])
    await rm(filler())
    expect(await put(await addressOf(2), second)).toMatchObject({ status: 200 })
    await uploads.completeUpload(upload, half)
    expect((await buffer(await objects.get(key))).equals(Buffer.concat([first, second]))).toBe(true)
  })

  test('says so to whoever begins, completes or puts, and loses nothing', async () => {
    const { upload, send } = await begin()
    for (const number of [1, 2, 3, 4]) await send(number)
    await fill()
    await expect(uploads.createUpload('quarantine/two')).rejects.toThrow(InsufficientStorage)
    await expect(objects.put('clean/two', Readable.from([content]))).rejects.toThrow(InsufficientStorage)
    await expect(uploads.completeUpload(upload, shape)).rejects.toThrow(InsufficientStorage)
    expect(await uploads.listParts(upload)).toHaveLength(4)
    expect(await objects.head('clean/two')).toBeUndefined()
    await rm(filler())
    await uploads.completeUpload(upload, shape)
    expect((await buffer(await objects.get(key))).equals(content)).toBe(true)
  })
})

/** Sends the head of a PUT and nothing more. */
function announce(address: string, headers: Record<string, string>) {
  const sending = request(address, { method: 'PUT', headers })
  const answered = answerTo(sending)
  sending.flushHeaders()
  return answered.finally(() => sending.destroy())
}

function answerTo(sending: ReturnType<typeof request>) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    headers: IncomingHttpHeaders
    says: string
  }>()
  sending.once('error', reject)
  sending.once('response', (answer) => {
    text(answer).then((says) => resolve({ status: answer.statusCode, headers: answer.headers, says }), reject)
  })
  return promise
}
