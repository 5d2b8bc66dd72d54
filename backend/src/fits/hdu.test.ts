import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FitsError } from './fits-error.ts'
import { openImage, walkHdus } from './hdu.ts'
import { formatCard } from './header/format-card.ts'
import { readPixels } from './image/read-pixels.ts'
import { memoryByteSource } from './source/memory-byte-source.ts'
import { headerBlocks, makeFits } from './testing/make-fits.ts'
import { Wcs } from './wcs/index.ts'

const flat = { bitpix: 16, axes: [4, 3], stored: Array.from({ length: 12 }, (_, i) => i) } as const

function blocksOf(...cards: string[]): Uint8Array {
  return headerBlocks([formatCard('SIMPLE', true), ...cards])
}

describe('openImage', () => {
  test('takes the primary image', async () => {
    const { hdu } = await openImage(memoryByteSource(makeFits(flat)))
    expect(hdu).toMatchObject({ index: 0, bitpix: 16, axes: [4, 3], widthPx: 4, heightPx: 3, planes: 1 })
  })

  test('takes the first extension with pixels when the primary HDU has none, and one by number or name', async () => {
    const file = makeFits(
      { bitpix: 8, axes: [], stored: [] },
      { ...flat, keywords: [['EXTNAME', 'SCI']] },
      { bitpix: -32, axes: [2, 2], stored: [1, 2, 3, 4], keywords: [['EXTNAME', 'ERR']] },
    )
    const source = memoryByteSource(file)
    expect((await openImage(source)).hdu).toMatchObject({ index: 1, name: 'SCI' })
    expect((await openImage(source, { hdu: 2 })).hdu).toMatchObject({ index: 2, name: 'ERR', bitpix: -32 })
    expect((await openImage(source, { hdu: 'ERR' })).hdu.index).toBe(2)
    await expect(openImage(source, { hdu: 0 })).rejects.toMatchObject({ reason: 'NO_IMAGE' })
    await expect(openImage(source, { hdu: 'DQ' })).rejects.toMatchObject({ reason: 'NO_IMAGE' })
  })

  test('skips a table by its size, heap included', async () => {
    const table = headerBlocks([
      formatCard('XTENSION', 'BINTABLE'),
      formatCard('BITPIX', 8),
      formatCard('NAXIS', 2),
      formatCard('NAXIS1', 10),
      formatCard('NAXIS2', 30),
      formatCard('PCOUNT', 2700),
      formatCard('GCOUNT', 1),
    ])
    const primary = makeFits({ bitpix: 8, axes: [], stored: [] })
    const image = makeFits({ bitpix: 8, axes: [], stored: [] }, flat).subarray(primary.length)
    const file = Buffer.concat([primary, table, new Uint8Array(2 * 2880), image])
    expect((await openImage(memoryByteSource(file))).hdu.index).toBe(2)
  })

  test('ignores what follows the last HDU', async () => {
    const file = Buffer.concat([makeFits(flat), Buffer.alloc(2880, 'x')])
    const seen: number[] = []
    for await (const hdu of walkHdus(memoryByteSource(file))) seen.push(hdu.index)
    expect(seen).toEqual([0])
  })

  test('reads an image whose last block is cut off after its pixels', async () => {
    const file = makeFits(flat).subarray(0, 2880 + 24)
    const image = await openImage(memoryByteSource(file))
    expect([...(await readPixels(image, { xMin: 1, xMax: 4, yMin: 3, yMax: 3 }))]).toEqual([8, 9, 10, 11])
  })

  const axes = (...lengths: (number | bigint)[]): string[] => [
    formatCard('BITPIX', 8),
    formatCard('NAXIS', lengths.length),
    ...lengths.map((length, i) => formatCard(`NAXIS${i + 1}`, length)),
  ]
  const refused: [what: string, file: Uint8Array, reason: string, message: RegExp][] = [
    ['an empty file', new Uint8Array(0), 'NOT_FITS', /empty/],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Array(4000).fill(1)), 'NOT_FITS', /JPEG/],
    ['gzip data', Uint8Array.of(0x1f, 0x8b, ...new Array(4000).fill(1)), 'NOT_FITS', /uncompress/],
    ['a few bytes of a FITS file', makeFits(flat).subarray(0, 1000), 'TRUNCATED', /2880/],
    ['a file cut off in its pixels', makeFits(flat).subarray(0, 2880 + 23), 'TRUNCATED', /ends at byte 2903/],
    ['a header without END', Buffer.from(formatCard('SIMPLE', true).padEnd(2880)), 'TRUNCATED', /no END/],
    [
      'NAXIS 999',
      blocksOf(formatCard('BITPIX', 8), formatCard('NAXIS', 999)),
      'UNSUPPORTED_IMAGE',
      /999.*up to 16/,
    ],
    ['NAXIS 1000', blocksOf(formatCard('BITPIX', 8), formatCard('NAXIS', 1000)), 'BAD_HEADER', /0 to 999/],
    ['NAXIS -1', blocksOf(formatCard('BITPIX', 8), formatCard('NAXIS', -1)), 'BAD_HEADER', /NAXIS/],
    ['BITPIX 24', blocksOf(formatCard('BITPIX', 24), formatCard('NAXIS', 0)), 'BAD_HEADER', /BITPIX.*24/],
    ['no BITPIX', blocksOf(formatCard('NAXIS', 0)), 'BAD_HEADER', /BITPIX of HDU 0 is missing/],
    ['a negative axis', blocksOf(...axes(-4, 4)), 'BAD_HEADER', /NAXIS1.*negative/],
    ['a fractional axis', blocksOf(...axes(4.5, 4)), 'BAD_HEADER', /NAXIS1.*integer/],
    ['sizes that overflow 64 bits', blocksOf(...axes(2 ** 50, 2 ** 50, 2 ** 50)), 'SIZE_OVERFLOW', /2\^53/],
    ['an axis beyond 2^53', blocksOf(...axes(2n ** 60n, 1)), 'SIZE_OVERFLOW', /NAXIS1/],
    ['an image larger than the file', blocksOf(...axes(1e9, 1e3)), 'TRUNCATED', /the file ends/],
    ['one axis', makeFits({ bitpix: 8, axes: [3], stored: [1, 2, 3] }), 'UNSUPPORTED_IMAGE', /two axes/],
    ['no image', blocksOf(formatCard('BITPIX', 8), formatCard('NAXIS', 0)), 'NO_IMAGE', /No HDU/],
    [
      'a control character',
      Buffer.from(makeFits(flat)).fill(7, 100, 101),
      'BAD_HEADER',
      /Card 2.*0x07.*ASCII/,
    ],
  ]
  test.each(refused)('refuses %s', async (_what, file, reason, message) => {
    const error = await openImage(memoryByteSource(file)).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FitsError)
    expect(error).toMatchObject({ reason, message: expect.stringMatching(message) })
  })

  test('refuses a header that goes on for ever', async () => {
    const file = Buffer.alloc(1100 * 2880, 0x20)
    file.write(formatCard('SIMPLE', true), 'latin1')
    await expect(openImage(memoryByteSource(file))).rejects.toMatchObject({
      reason: 'BAD_HEADER',
      message: /1000 blocks/,
    })
  })

  test('says how to read a tile-compressed image', async () => {
    const table = headerBlocks([
      formatCard('XTENSION', 'BINTABLE'),
      formatCard('BITPIX', 8),
      formatCard('NAXIS', 0),
      formatCard('ZIMAGE', true),
    ])
    const file = Buffer.concat([makeFits({ bitpix: 8, axes: [], stored: [] }), table])
    await expect(openImage(memoryByteSource(file))).rejects.toMatchObject({ message: /funpack/ })
  })

  async function openOrFitsError(bytes: Uint8Array): Promise<void> {
    try {
      const image = await openImage(memoryByteSource(bytes))
      Wcs.fromHeader(image.hdu.header)
    } catch (error) {
      expect(error).toBeInstanceOf(FitsError)
    }
  }

  test('throws nothing but FitsError for random bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 6000, size: 'max' })
    await fc.assert(fc.asyncProperty(bytes, openOrFitsError), { numRuns: 200 })
  })

  test('throws nothing but FitsError for a header with bytes changed', async () => {
    const original = makeFits({
      ...flat,
      keywords: [
        ['BSCALE', 0.5],
        ['BLANK', -1],
        ['CTYPE1', 'RA---SIN'],
        ['CTYPE2', 'DEC--SIN'],
        ['CRVAL1', 10],
        ['CRVAL2', 20],
        ['CD1_1', 0.01],
        ['CD2_2', 0.01],
        ['PV2_1', 0.1],
        ['LONPOLE', 170],
        ['A_ORDER', 2],
        ['A_2_0', 1e-5],
        ['EQUINOX', 2000],
      ],
    })
    const change = fc.tuple(fc.nat(1600), fc.constantFrom(..."0123456789.+-EDT '/=&AXn"))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const bytes = Buffer.from(original)
        for (const [at, character] of changes) bytes[at] = character.charCodeAt(0)
        await openOrFitsError(bytes)
      }),
      { numRuns: 1000 },
    )
  })
})
