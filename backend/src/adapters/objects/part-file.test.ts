import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PartFile } from './part-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-part-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('writes what comes in chunks of any size, and counts it', async () => {
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251))
  const chunks = [0, 1, 3, 70_000, 70_001, 200_000].map((end, at, ends) =>
    Buffer.from(content.subarray(ends[at - 1] ?? 0, end)),
  )
  const file = new PartFile(join(folder, 'part'))
  await file.take(Readable.from(chunks))
  expect(file.bytesWritten).toBe(200_000)
  expect((await readFile(join(folder, 'part'))).equals(content)).toBe(true)
})

test('frees the memory of chunks as they are written, and of nothing that they only share', async () => {
  const own = Buffer.from(new ArrayBuffer(100_000))
  const shared = Buffer.from(new ArrayBuffer(100_000))
  await new PartFile(join(folder, 'part')).take(Readable.from([own, shared.subarray(10)]))
  expect([own.length, shared.length]).toEqual([0, 100_000])
})

test('does not write over a file that is there', async () => {
  const path = join(folder, 'part')
  await new PartFile(path).take(Readable.from([Buffer.from('first')]))
  const second = new PartFile(path).take(Readable.from([Buffer.from('second')]))
  await expect(second).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(path, 'utf8')).toBe('first')
})
