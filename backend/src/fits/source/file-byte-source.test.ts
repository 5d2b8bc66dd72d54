import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readRanges } from './byte-source.ts'
import { openFileByteSource } from './file-byte-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-source-'))
const path = join(folder, 'bytes')
const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256)
writeFileSync(path, content)
afterAll(() => rmSync(folder, { recursive: true }))

describe.each([false, true])('openFileByteSource, blocking %s', (blocking) => {
  test('reads any range and many at once', async () => {
    const source = openFileByteSource(path, { blocking })
    expect(source.sizeBytes).toBe(content.length)
    expect(Buffer.from(await source.read(99_990, 10))).toEqual(Buffer.from(content.subarray(99_990)))
    const ranges = Array.from({ length: 50 }, (_, i) => ({ offset: i * 1999, target: new Uint8Array(i) }))
    await readRanges(source, ranges)
    for (const { offset, target } of ranges) {
      expect(Buffer.from(target)).toEqual(Buffer.from(content.subarray(offset, offset + target.length)))
    }
    await source.close()
    await source.close()
  })

  test('rejects a read past the end', async () => {
    const source = openFileByteSource(path, { blocking })
    await expect(source.read(99_990, 11)).rejects.toMatchObject({ reason: 'TRUNCATED' })
    await source.close()
  })
})

test('openFileByteSource throws what the file system says of a file that is not there', () => {
  expect(() => openFileByteSource(join(folder, 'absent'))).toThrow(/ENOENT/)
})
