import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { ArchiveInspector, type ArchiveLimits } from './archive-inspector.ts'
import { ArchiveRefused } from './archive-refused.ts'
import { type MadeEntry, makeTar, makeZip } from './testing/make-archives.ts'

const MIB = 2 ** 20
const limits: ArchiveLimits = { maxUnpackedBytes: 10 * MIB, encrypted: 'REJECT' }

/** What is said of it when it comes in chunks of a size; empty when it is taken. */
async function inspect(
  content: Buffer,
  { chunkBytes = 65_536, ...changed }: Partial<ArchiveLimits> & { chunkBytes?: number } = {},
): Promise<string> {
  const inspector = new ArchiveInspector({ ...limits, ...changed })
  try {
    for (let at = 0; at < content.length; at += chunkBytes)
      await inspector.write(content.subarray(at, at + chunkBytes))
    await inspector.end()
    return ''
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error
    return error.message
  } finally {
    inspector.destroy()
  }
}

const file = (name: string, content: Buffer | string, more: Partial<MadeEntry> = {}): MadeEntry => ({
  name,
  content: Buffer.from(content),
  ...more,
})
const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251))

const fine: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  'a text': Buffer.from('PK is not always a zip'),
  noise,
  'an empty zip': makeZip([]),
  'a zip': makeZip([file('a/', ''), file('a/b.txt', 'hello'), file('c', noise)]),
  'a zip that is not deflated': makeZip([file('b.txt', noise, { method: 'stored' })]),
  'a zip whose sizes follow': makeZip([
    file('a', noise, { descriptor: 'signed' }),
    file('b', noise, { descriptor: 'bare' }),
    file('c', Buffer.concat([noise, Buffer.from('PK\x07\x08'), noise]), {
      method: 'stored',
      descriptor: 'signed',
    }),
  ]),
  'a zip with a comment, filled up with zeros': Buffer.concat([
    makeZip([file('a', 'b')], { comment: 'by us' }),
    Buffer.alloc(500),
  ]),
  'a zip with a method that is not known here': makeZip([file('a', noise, { method: 'lzma' })]),
  'a zip in a zip in a gzipped tar': gzipSync(
    makeTar([file('x.zip', makeZip([file('y.zip', makeZip([file('z', noise)]))]))]),
  ),
  'a tar': makeTar([file('a', noise), file('b', '')]),
  'a gzip of two parts': Buffer.concat([gzipSync(noise), gzipSync('more')]),
}

describe('an archive is taken', () => {
  test.each(Object.entries(fine))('when it is %s, in chunks of any size', async (_name, content) => {
    expect(await inspect(content)).toBe('')
    expect(await inspect(content, { chunkBytes: 1021 })).toBe('')
    if (content.length < 2000) expect(await inspect(content, { chunkBytes: 1 })).toBe('')
  })

  test('with a password where the purpose allows that', async () => {
    const content = makeZip([file('secret', noise, { encrypted: true })])
    expect(await inspect(content, { encrypted: 'ALLOW' })).toBe('')
  })
})

const zeros = Buffer.alloc(20 * MIB)
const nested = Array.from({ length: 9 }).reduce<Buffer>(
  (inner) => makeZip([file('inner.zip', inner)]),
  Buffer.from('core'),
)
const plain = makeZip([file('a', noise), file('b', 'b')])

const bad: Readonly<Record<string, [RegExp, Buffer]>> = {
  'a gzip bomb': [/more than 10 MiB/, gzipSync(zeros)],
  'a zip bomb': [/more than 10 MiB/, makeZip([file('zeros', zeros)])],
  'a zip bomb whose sizes are lies': [/more than 10 MiB/, makeZip([file('zeros', zeros, { saidBytes: 10 })])],
  'a bomb in a zip in a zip': [
    /more than 10 MiB/,
    makeZip([file('a.zip', makeZip([file('b.gz', gzipSync(zeros))]))]),
  ],
  'a bomb that would be unpacked elsewhere': [
    /more than 10 MiB/,
    makeZip([file('a', noise, { method: 'lzma', saidBytes: 11 * MIB })]),
  ],
  'nested too deep': [/archives in archives, more than 8 deep/, nested],
  'a zip with a password': [/without a password/, makeZip([file('secret', noise, { encrypted: true })])],
  'a zip with a password in a tar': [
    /without a password/,
    makeTar([file('x.zip', makeZip([file('secret', noise, { encrypted: true })]))]),
  ],
  'a zip whose directory names another entry': [
    /directory does not say/,
    makeZip([file('a.txt', noise, { directoryName: 'a.exe' })]),
  ],
  'a zip whose directory leaves an entry out': [
    /directory does not say/,
    makeZip([file('a', 'a'), file('b', noise, { inDirectory: false })]),
  ],
  'a zip with another one behind it': [/directory does not say/, Buffer.concat([plain, plain])],
  'a zip that ends early': [/damaged/, plain.subarray(0, plain.length - 30)],
  'a zip that ends in an entry': [/damaged/, plain.subarray(0, 100)],
  'a zip with broken content': [
    /damaged/,
    makeZip([file('a', noise, { packed: Buffer.from([0xff, 0xff, 0xff, 0xff]) })]),
  ],
  'a gzip that ends early': [/damaged/, gzipSync(noise).subarray(0, 500)],
  'a tar that ends in a file': [/damaged/, makeTar([file('a', noise)]).subarray(0, 10_000)],
  'an image with a zip behind it': [
    /one kind of file at its beginning and a zip/,
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise, plain]),
  ],
}

describe('an archive is refused', () => {
  test.each(Object.entries(bad))('when it is %s', async (_name, [why, content]) => {
    expect(await inspect(content)).toMatch(why)
    expect(await inspect(content, { chunkBytes: 4093 })).toMatch(why)
  })

  test('with more entries than may be', async () => {
    const many = makeZip(Array.from({ length: 6 }, (_, index) => file(String(index), '')))
    expect(await inspect(many, { maxEntries: 6 })).toBe('')
    expect(await inspect(many, { maxEntries: 5 })).toMatch(/more than 5 entries/)
  })

  test('without reading on', async () => {
    const inspector = new ArchiveInspector(limits)
    const bomb = gzipSync(zeros)
    await inspector.write(bomb).catch(() => undefined)
    await expect
      .poll(() => inspector.write(Buffer.alloc(10)).then(String, (error: Error) => error.name))
      .toBe('ArchiveRefused')
    inspector.destroy()
  })
})

test('what is made here is what others make of it', () => {
  // The records of the writer above, of one entry, as APPNOTE.TXT 4.3.7 lays them out.
  const zip = makeZip([file('a', 'bb')])
  expect(zip.readUInt32LE(14)).toBe(crc32('bb'))
  expect(zip.subarray(31, 31 + zip.readUInt32LE(18))).toEqual(deflateRawSync('bb'))
})

const run = promisify(execFile)

describe('what usual programs make', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archives-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** GNU's tar to its standard output. */
  async function tar(...options: string[]): Promise<Buffer> {
    const { stdout } = await run('tar', ['-c', ...options, '-C', import.meta.dirname, '.'], {
      encoding: 'buffer',
      maxBuffer: 10 * MIB,
    })
    return stdout
  }

  test('yazl writes to where it cannot seek is taken', async () => {
    const zip = new ZipFile()
    zip.addBuffer(noise, 'a/noise')
    zip.addBuffer(noise, 'stored', { compress: false })
    zip.addReadStream(Readable.from([noise, noise]), 'streamed')
    zip.addReadStream(Readable.from([noise, noise]), 'streamed and stored', { compress: false })
    zip.addBuffer(Buffer.from('wide'), 'zip64', { forceZip64Format: true })
    zip.addReadStream(Readable.from([noise]), 'zip64, streamed', { forceZip64Format: true })
    zip.addEmptyDirectory('empty')
    zip.end({ comment: 'by us', forceZip64Format: true })
    const content = await buffer(zip.outputStream)
    expect(await inspect(content)).toBe('')
    expect(await inspect(content, { chunkBytes: 997 })).toBe('')
    expect(await inspect(content.subarray(0, -3))).not.toBe('')
  })

  test.each(['gnu', 'posix', 'ustar', 'v7'])('tar makes in the format %s is taken', async (format) => {
    expect(await inspect(await tar(`--format=${format}`))).toBe('')
    expect(await inspect(gzipSync(await tar(`--format=${format}`)))).toBe('')
  })
})
