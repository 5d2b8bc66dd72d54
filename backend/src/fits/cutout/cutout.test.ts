import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { openImage, walkHdus } from '../hdu.ts'
import { formatCard } from '../header/format-card.ts'
import type { FitsHeader } from '../header/header.ts'
import type { PixelBox } from '../image/pixel-box.ts'
import { readPixels } from '../image/read-pixels.ts'
import { memoryByteSource } from '../source/memory-byte-source.ts'
import { type MadeImage, makeFits } from '../testing/make-fits.ts'
import { angularDistanceDeg, Wcs } from '../wcs/index.ts'
import { encodeChecksum, OnesComplementSum } from './checksum.ts'
import { type CutoutSink, openFileCutoutSink } from './cutout-sink.ts'
import { encodeHeader } from './encode-header.ts'
import { type CutoutOptions, cutoutSizeBytes, writeCutout } from './write-cutout.ts'

function memorySink(): CutoutSink & { bytes(): Uint8Array } {
  let content = new Uint8Array(0)
  return {
    write: async (position, bytes) => {
      if (position + bytes.length > content.length) {
        const longer = new Uint8Array(position + bytes.length)
        longer.set(content)
        content = longer
      }
      content.set(bytes, position)
    },
    bytes: () => content,
  }
}

const about = { sourceId: 'microwave-sky', region: 'CIRCLE 1 2 3' }

async function cut(file: Uint8Array, box: PixelBox, options: Partial<CutoutOptions> & { hdu?: number } = {}) {
  const { hdu, ...rest } = options
  const source = await openImage(memoryByteSource(file), hdu === undefined ? {} : { hdu })
  const sink = memorySink()
  const written = await writeCutout(source, box, sink, { ...about, ...rest })
  const bytes = sink.bytes()
  expect(written.sizeBytes).toBe(bytes.length)
  expect(cutoutSizeBytes(source, box, { ...about, ...rest })).toBe(bytes.length)
  return { bytes, source, image: await openImage(memoryByteSource(bytes)) }
}

/** Section 4.4.2.7: the sum over the whole HDU is all ones, and DATASUM is that of the data. */
function expectChecksums(bytes: Uint8Array, header: FitsHeader, dataOffset: number): void {
  const whole = new OnesComplementSum()
  whole.add(bytes)
  expect(whole.value()).toBe(0xffffffff)
  const data = new OnesComplementSum()
  data.add(bytes.slice(dataOffset))
  expect(header.get('DATASUM')).toBe(String(data.value()))
}

const wcsKeywords: NonNullable<MadeImage['keywords']> = [
  ['CTYPE1', 'RA---TAN'],
  ['CTYPE2', 'DEC--TAN'],
  ['CRPIX1', 3.25],
  ['CRPIX2', 2],
  ['CRVAL1', 10],
  ['CRVAL2', 20],
  ['CDELT1', -0.1],
  ['CDELT2', 0.1],
]

function ramp(width: number, height: number, planes = 1): MadeImage {
  const stored = Array.from({ length: width * height * planes }, (_, i) => i - 50)
  return {
    bitpix: 16,
    axes: planes > 1 ? [width, height, planes] : [width, height],
    stored,
    keywords: wcsKeywords,
  }
}

describe('writeCutout', () => {
  test('keeps every pixel of any box of any kind of image, with valid checksums', async () => {
    const side = fc.integer({ min: 1, max: 12 })
    const kind = fc.constantFrom(
      8 as const,
      16 as const,
      32 as const,
      64 as const,
      -32 as const,
      -64 as const,
    )
    const corner = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(
        kind,
        side,
        side,
        fc.tuple(corner, corner, corner, corner),
        async (bitpix, width, height, at) => {
          const stored = Array.from({ length: width * height }, (_, i) => (i * 37) % 101)
          const file = makeFits({
            bitpix,
            axes: [width, height],
            stored,
            keywords: [
              ['BSCALE', 0.5],
              ['BZERO', 3],
            ],
          })
          const pick = (share: number, length: number) => Math.min(length, 1 + Math.floor(share * length))
          const xs = [pick(at[0], width), pick(at[1], width)]
          const ys = [pick(at[2], height), pick(at[3], height)]
          const box = {
            xMin: Math.min(...xs),
            xMax: Math.max(...xs),
            yMin: Math.min(...ys),
            yMax: Math.max(...ys),
          }
          const { bytes, source, image } = await cut(file, box)
          expect(bytes.length % 2880).toBe(0)
          const whole = { xMin: 1, xMax: image.hdu.widthPx, yMin: 1, yMax: image.hdu.heightPx }
          expect(await readPixels(image, whole)).toEqual(await readPixels(source, box))
          expectChecksums(bytes, image.hdu.header, image.hdu.dataOffset)
        },
      ),
    )
  })

  test('moves the reference pixel, so that the sky stays where it was', async () => {
    const { source, image } = await cut(makeFits(ramp(9, 7)), { xMin: 4, xMax: 8, yMin: 3, yMax: 7 })
    expect(image.hdu.axes).toEqual([5, 5])
    expect(image.hdu.header.get('CRPIX1')).toBe(0.25)
    expect(image.hdu.header.get('CRPIX2')).toBe(0)
    const before = Wcs.fromHeader(source.hdu.header).pixelToSky(6, 5)!
    const after = Wcs.fromHeader(image.hdu.header).pixelToSky(3, 3)!
    expect(angularDistanceDeg(before, after)).toBeLessThan(1e-12)
  })

  test('moves alternate reference pixels, IRAF offsets and the corner of a DSS plate, and nothing else', async () => {
    const file = makeFits({
      ...ramp(9, 7),
      cards: [
        'CRPIX1A =                  5.0 / alternate',
        'LTV1    =                 -2.0',
        'LTM1_1  =                  1.0',
        'CNPIX1  =                 1000',
        'CRPIX   =                  7.0 / of nobody',
        'COMMENT kept as it is',
        "LONGSTR = 'goes on &'",
        "CONTINUE  'and on'",
        'HIERARCH ESO DET NAME = 4 / kept',
      ],
    })
    const { image } = await cut(file, { xMin: 3, xMax: 8, yMin: 1, yMax: 7 })
    const { header } = image.hdu
    expect(header.get('CRPIX1A')).toBe(3)
    expect(header.get('LTV1')).toBe(-4)
    expect(header.get('LTM1_1')).toBe(1)
    expect(header.get('CNPIX1')).toBe(1002)
    expect(header.get('CRPIX')).toBe(7)
    expect(header.get('LONGSTR')).toBe('goes on and on')
    expect(header.get('HIERARCH ESO DET NAME')).toBe(4)
    expect(header.images()).toContain('COMMENT kept as it is'.padEnd(80))
    expect(header.cards.find(({ keyword }) => keyword === 'CRPIX1A')?.comment).toBe('alternate')
    expect(header.images()).toContain(formatCard('CRPIX2', 2))
  })

  test('adds a reference pixel where the header leaves it at its default of 0', async () => {
    const keywords = wcsKeywords.filter(([keyword]) => !keyword.startsWith('CRPIX'))
    const { image } = await cut(makeFits({ ...ramp(9, 7), keywords }), { xMin: 4, xMax: 8, yMin: 1, yMax: 7 })
    expect(image.hdu.header.get('CRPIX1')).toBe(-3)
    expect(image.hdu.header.has('CRPIX2')).toBe(false)
  })

  test('says in HISTORY what was cut from where, and leaves out the extremes of the whole', async () => {
    const file = makeFits({ ...ramp(9, 7), keywords: [...wcsKeywords, ['DATAMAX', 12], ['DATAMIN', -50]] })
    const { image } = await cut(file, { xMin: 4, xMax: 8, yMin: 1, yMax: 7 })
    const history = image.hdu.header.images().filter((card) => card.startsWith('HISTORY'))
    expect(history.map((card) => card.slice(8).trim())).toEqual([
      'Cut out by Fairlead from microwave-sky, HDU 0',
      'Region: CIRCLE 1 2 3',
      'Pixels of the source: [4:8,1:7]',
      'Dropped, being of the whole image: DATAMAX, DATAMIN',
    ])
    expect(image.hdu.header.has('DATAMAX')).toBe(false)
  })

  test('makes an extension a primary HDU and replaces checksums that are no longer true', async () => {
    const file = makeFits(
      { bitpix: 8, axes: [], stored: [] },
      {
        ...ramp(9, 7),
        keywords: [['EXTNAME', 'SCI'], ...wcsKeywords, ['CHECKSUM', 'abcdefghijklmnop'], ['DATASUM', '1']],
      },
    )
    const { bytes, image } = await cut(file, { xMin: 1, xMax: 9, yMin: 1, yMax: 7 }, { hdu: 1 })
    const { header, dataOffset } = image.hdu
    expect(header.cards[0]).toMatchObject({ keyword: 'SIMPLE', value: true })
    for (const keyword of ['XTENSION', 'PCOUNT', 'GCOUNT']) expect(header.has(keyword)).toBe(false)
    expect(header.get('EXTNAME')).toBe('SCI')
    expectChecksums(bytes, header, dataOffset)
    let hdus = 0
    for await (const _ of walkHdus(memoryByteSource(bytes))) hdus++
    expect(hdus).toBe(1)
  })

  test('cuts every plane of a cube, or those asked for', async () => {
    const file = makeFits({
      ...ramp(5, 4, 3),
      keywords: [...wcsKeywords, ['CTYPE3', 'FREQ'], ['CRPIX3', 2], ['CRVAL3', 1e9]],
    })
    const box = { xMin: 2, xMax: 4, yMin: 1, yMax: 3 }
    const all = await cut(file, box)
    expect(all.image.hdu.axes).toEqual([3, 3, 3])
    const two = await cut(file, box, { planes: { first: 2, last: 3 } })
    expect(two.image.hdu.axes).toEqual([3, 3, 2])
    expect(two.image.hdu.header.get('CRPIX3')).toBe(1)
    const whole = { xMin: 1, xMax: 3, yMin: 1, yMax: 3 }
    expect(await readPixels(two.image, whole, { plane: 1 })).toEqual(
      await readPixels(two.source, box, { plane: 2 }),
    )
    await expect(cut(file, box, { planes: { first: 0, last: 1 } })).rejects.toMatchObject({
      reason: 'BAD_PIXEL_BOX',
    })
    await expect(cut(file, box, { planes: { first: 2, last: 4 } })).rejects.toMatchObject({
      reason: 'BAD_PIXEL_BOX',
    })
  })

  test('reports progress up to the end and stops when told to', async () => {
    const image = await openImage(memoryByteSource(makeFits(ramp(9, 7))))
    const box = { xMin: 1, xMax: 9, yMin: 1, yMax: 7 }
    const told: number[] = []
    await writeCutout(image, box, memorySink(), { ...about, onProgress: (fraction) => told.push(fraction) })
    expect(told.at(-1)).toBe(1)
    const aborted = writeCutout(image, box, memorySink(), { ...about, signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('openFileCutoutSink', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-sink-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([false, true])('writes the same file as to memory, blocking %s', async (blocking) => {
    const image = await openImage(memoryByteSource(makeFits(ramp(9, 7))))
    const box = { xMin: 2, xMax: 9, yMin: 1, yMax: 6 }
    const path = join(folder, `${blocking}.fits`)
    const sink = await openFileCutoutSink(path, { blocking })
    await writeCutout(image, box, sink, about)
    await sink.close()
    const memory = memorySink()
    await writeCutout(image, box, memory, about)
    expect(Buffer.compare(readFileSync(path), memory.bytes())).toBe(0)
  })
})

describe('checksums', () => {
  test('are the same however the bytes come in pieces', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000, size: 'max' }),
        fc.array(fc.nat(5000), { maxLength: 6 }),
        (bytes, cuts) => {
          let expected = 0n
          const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
          padded.set(bytes)
          const view = new DataView(padded.buffer)
          for (let at = 0; at < padded.length; at += 4) expected += BigInt(view.getUint32(at))
          while (expected >> 32n > 0n) expected = (expected & 0xffffffffn) + (expected >> 32n)
          const sum = new OnesComplementSum()
          const ends = [...cuts.filter((end) => end <= bytes.length).sort((a, b) => a - b), bytes.length]
          let start = 0
          for (const end of ends) {
            sum.add(bytes.subarray(start, end))
            start = end
          }
          expect(sum.value()).toBe(Number(expected))
        },
      ),
    )
  })

  test('do not overflow on long runs of the largest byte', () => {
    const sum = new OnesComplementSum()
    sum.add(new Uint8Array(1 << 20).fill(0xff))
    expect(sum.value()).toBe(0xffffffff)
  })

  test("encode as the standard's example does", () => {
    // FITS 4.0, appendix J.5: an accumulated sum of 868229149 is written as "hcHjjc9ghcEghc9g".
    expect(encodeChecksum(868229149)).toBe('hcHjjc9ghcEghc9g')
  })

  test('encode to digits and letters alone, and bring any header to all ones', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (dataSum) => {
        expect(encodeChecksum(dataSum)).toMatch(/^[0-9A-Za-z]{16}$/)
        const header = new OnesComplementSum()
        header.add(encodeHeader([formatCard('SIMPLE', true)], dataSum))
        const total = (BigInt(header.value()) + BigInt(dataSum)) % 0xffffffffn
        expect(total).toBe(0n)
      }),
    )
  })
})
