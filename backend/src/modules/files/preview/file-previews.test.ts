import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FilesystemObjects } from '../../../adapters/objects/filesystem.ts'
import { makeFits } from '../../../fits/testing/make-fits.ts'
import { openPreviews, type Previews } from '../../../open-previews.ts'

let folder: string
let objects: FilesystemObjects
let opened: Previews

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-preview-test-'))
  objects = new FilesystemObjects({ folder: join(folder, 'objects'), signingKey: Buffer.alloc(32) })
  opened = openPreviews(objects, join(folder, 'scratch'))
})
afterAll(async () => {
  await opened.close()
  await rm(folder, { recursive: true })
})

let count = 0
async function look(content: Uint8Array | string, mediaType: string, displayName = 'file') {
  const bytes = Buffer.from(content)
  count += 1
  const objectKey = `clean/${count}`
  await objects.put(objectKey, Readable.from([bytes]))
  const file = { displayName, mediaType, objectKey, sizeBytes: BigInt(bytes.length) }
  return (await opened.previews.look(file, AbortSignal.timeout(80_000))).content
}

function png(width: number, height: number): Buffer {
  const image = new PNG({ width, height })
  for (let i = 0; i < image.data.length; i += 4) image.data.set([255, 0, 255, 255], i)
  return PNG.sync.write(image)
}

// 2 x 1 pixels, as encoders make them.
const JPEG =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=='
const WEBP = 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA'

describe('a preview', { timeout: 90_000 }, () => {
  test('of an image is a PNG of at most 1,024 pixels, and tells how large it is', async () => {
    const seen = await look(png(2000, 1000), 'image/png')
    if (seen?.$case !== 'image') throw new Error(JSON.stringify(seen))
    expect(seen.value).toMatchObject({ widthPx: 2000, heightPx: 1000 })
    const { width, height, data } = PNG.sync.read(Buffer.from(seen.value.png))
    expect([width, height]).toEqual([1024, 512])
    // Scaled in linear light, and rounded on the way.
    const [red = 0, green = 0, blue = 0, alpha] = data
    expect([red > 250, green < 5, blue > 250, alpha]).toEqual([true, true, true, 255])
  })

  test.each([
    ['JPEG', 'image/jpeg', JPEG, 2, 1],
    ['WebP', 'image/webp', WEBP, 1, 1],
  ])('of a small %s is as large as it', async (_name, mediaType, base64, widthPx, heightPx) => {
    const seen = await look(Buffer.from(base64, 'base64'), mediaType)
    if (seen?.$case !== 'image') throw new Error(JSON.stringify(seen))
    expect(seen.value).toMatchObject({ widthPx, heightPx })
    expect(PNG.sync.read(Buffer.from(seen.value.png))).toMatchObject({ width: widthPx, height: heightPx })
  })

  test('of an image that claims to be huge, or is none, says why there is none', async () => {
    const bomb = png(4, 4)
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    expect(await look(bomb, 'image/png')).toMatchObject({
      $case: 'unavailable',
      value: expect.stringMatching(/60000 x 60000 pixels/),
    })
    expect(await look(png(40, 40).subarray(0, 60), 'image/png')).toMatchObject({
      $case: 'unavailable',
      value: expect.stringContaining('damaged'),
    })
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    expect(await look(svg, 'image/svg+xml')).toMatchObject({ $case: 'unavailable' })
    expect(await look('II*\u0000', 'image/tiff')).toMatchObject({ $case: 'unavailable' })
  })

  test('of a table is its first rows, whatever parts them', async () => {
    expect(await look('\uFEFFname;magnitude\r\nVega;"0,03"\r\n"Al\nNair";1.7\r\n', 'text/csv')).toEqual({
      $case: 'table',
      value: {
        columns: ['name', 'magnitude'],
        rows: [{ cells: ['Vega', '0,03'] }, { cells: ['Al\nNair', '1.7'] }],
        truncated: false,
      },
    })
    const lines = Array.from({ length: 40_000 }, (_, row) => `${row}\t${'x'.repeat(row === 0 ? 300 : 3)}`)
    const long = await look(`row\ttext\n${lines.join('\n')}`, 'text/plain', 'long.tsv')
    if (long?.$case !== 'table') throw new Error(JSON.stringify(long))
    expect(long.value.rows).toHaveLength(100)
    expect(long.value.rows[0]?.cells[1]).toBe(`${'x'.repeat(199)}…`)
    expect(long.value.truncated).toBe(true)
    // A quote that is never closed: no table, but something to read.
    expect(await look('a,b\n"1,2\n', 'text/csv')).toMatchObject({
      $case: 'text',
      value: { text: 'a,b\n"1,2\n' },
    })
  })

  test('of a text is its beginning, in whole characters', async () => {
    const seen = await look('é'.repeat(20_000), 'text/plain', 'notes.txt')
    expect(seen).toEqual({ $case: 'text', value: { text: 'é'.repeat(8192), truncated: true } })
    const wide = Buffer.from('\uFEFFwide', 'utf16le')
    expect(await look(wide, 'text/plain')).toEqual({
      $case: 'text',
      value: { text: 'wide', truncated: false },
    })
  })

  test('of a FITS file is its headers', async () => {
    const fits = makeFits(
      { bitpix: 16, axes: [3, 2], stored: [1, 2, 3, 4, 5, 6], keywords: [['OBJECT', 'M 31']] },
      { bitpix: -32, axes: [2], stored: [1, 2], keywords: [['EXTNAME', 'WEIGHT']] },
    )
    const seen = await look(fits, 'image/fits')
    if (seen?.$case !== 'fits') throw new Error(JSON.stringify(seen))
    expect(seen.value.units).toMatchObject([
      { kind: 'PRIMARY', extensionName: '', axes: [3n, 2n], bitpix: 16 },
      { kind: 'IMAGE', extensionName: 'WEIGHT', axes: [2n], bitpix: -32 },
    ])
    expect(seen.value.units[0]?.header).toContainEqual(expect.stringMatching(/^OBJECT {2}= 'M 31/))
    // Ten headers of 7,200 cards, which is as much as nobody reads.
    const long = { bitpix: 8, axes: [], stored: [], cards: Array(7_200).fill('COMMENT'.padEnd(80)) } as const
    const longest = await look(makeFits(...Array.from({ length: 10 }, () => long)), 'image/fits')
    if (longest?.$case !== 'fits') throw new Error(JSON.stringify(longest))
    expect(longest.value.units.length).toBeLessThan(10)
    expect(longest.value.units[0]?.header).toHaveLength(1000)
    expect(await look('SIMPLE', 'image/fits')).toMatchObject({ $case: 'unavailable' })
  })

  test('of anything else says so', async () => {
    expect(await look('%PDF-1.7', 'application/pdf')).toEqual({
      $case: 'unavailable',
      value: 'Files of this type are not shown here. Fetch the file.',
    })
  })
})
