import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DatasetUnavailable } from '../../ports/dataset-files.ts'
import type { Registration } from './dataset-registrar.ts'
import { RegistrationError } from './registration-error.ts'
import {
  type DatasetsFixture,
  datasetsFixture,
  institute,
  lab,
  operator,
} from './testing/datasets-fixture.ts'
import { headerBytes, imageBytes, tanKeywords } from './testing/fits-bytes.ts'

let fixture: DatasetsFixture
let folder: string

beforeAll(async () => {
  fixture = await datasetsFixture()
  folder = join(fixture.home, 'images')
  await mkdir(folder)
})
afterAll(() => fixture.release())

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

const image = (raDeg: number, pixel = (x: number, y: number) => x + y) =>
  imageBytes(40, 30, pixel, { ...tanKeywords(40, 30, raDeg, 20), BUNIT: 'K' })

const register = (address: string, changes: Partial<Registration> = {}) =>
  fixture.registrar.register({
    address,
    owner: fixture.everyone,
    keepOwner: false,
    replace: 'never',
    ...changes,
  })

const get = (id: string) => fixture.module.service.get(institute.id, id)

describe('registering a file', () => {
  test('takes what its header says', async () => {
    const bytes = image(120)
    const path = await write('sky.fits', bytes)
    expect(await register(path)).toMatchObject({ status: 'registered', publicId: 'sky', notes: [] })
    const { content, location, displayName, visibility, organizationId } = await get('sky')
    expect({ displayName, visibility, organizationId }).toEqual({
      displayName: 'sky',
      visibility: 'EVERYONE',
      organizationId: operator.id,
    })
    expect(location).toMatchObject({ address: path, sizeBytes: bytes.length })
    expect(content).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      hdu: 0,
      bitpix: -32,
      axes: [40n, 30n],
      unit: 'K',
      coverage: {
        center: { raDeg: expect.closeTo(120, 6), decDeg: expect.closeTo(20, 6) },
        projection: 'TAN',
        frame: 'ICRS',
      },
      pyramid: { levels: 1, minimum: 0, maximum: 68 },
    })
    expect(content.header.every((card) => card.length === 80)).toBe(true)
    expect(content.header[0]).toMatch(/^SIMPLE {2}= +T/)
    expect(content.header.some((card) => card.startsWith('END'))).toBe(false)
    expect(await readdir(join(fixture.home, 'scratch'))).toEqual([])
  })

  test('again changes nothing', async () => {
    const path = await write('again.fits', image(1))
    await register(path)
    const first = await get('again')
    expect((await register(path)).status).toBe('unchanged')
    expect(await get('again')).toEqual(first)
  })

  test('again after its time changed keeps the pyramid', async () => {
    const path = await write('touched.fits', image(2))
    await register(path)
    const first = await get('touched')
    await utimes(path, new Date(), new Date(2026, 0, 1))
    expect((await register(path)).status).toBe('updated')
    const second = await get('touched')
    expect(second.content).toEqual(first.content)
    expect(second.location.version).not.toBe(first.location.version)
  })

  test('follows a file that was moved', async () => {
    const path = await write('moving.fits', image(3))
    await register(path)
    const elsewhere = join(folder, 'moved.fits')
    await rename(path, elsewhere)
    expect((await register(elsewhere, { id: 'moving' })).status).toBe('updated')
    expect((await get('moving')).location.address).toBe(elsewhere)
  })

  test('restores a pyramid that the store lost', async () => {
    const path = await write('lost.fits', image(4))
    await register(path)
    const { content } = await get('lost')
    await fixture.objects.delete(content.pyramidKey)
    expect((await register(path)).status).toBe('replaced')
    expect(await fixture.objects.head((await get('lost')).content.pyramidKey)).toBeDefined()
  })

  test('refuses other content under the same identifier, unless told to replace', async () => {
    await register(await write('one.fits', image(5)), { id: 'contended' })
    const before = await get('contended')
    const other = await write('two.fits', image(6))
    await expect(register(other, { id: 'contended' })).rejects.toThrow(/--id.*--replace/)
    expect(await get('contended')).toEqual(before)
    expect((await register(other, { id: 'contended', replace: 'always' })).status).toBe('replaced')
    const after = await get('contended')
    expect(after.id).toBe(before.id)
    expect(after.createTime).toEqual(before.createTime)
    expect(after.content.coverage?.center.raDeg).toBeCloseTo(6, 6)
    expect(await fixture.objects.head(before.content.pyramidKey)).toBeUndefined()
  })

  test('for one organisation hides it from the others', async () => {
    const path = await write('own.fits', image(7))
    await register(path, { owner: { organizationId: lab.id, visibility: 'ORGANIZATION' } })
    await expect(get('own')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await fixture.module.service.get(lab.id, 'own')).visibility).toBe('ORGANIZATION')
    await expect(register(path)).rejects.toThrow('another owner')
    expect((await register(path, { keepOwner: true })).status).toBe('unchanged')
    await register(path, { replace: 'always' })
    expect((await get('own')).visibility).toBe('EVERYONE')
  })

  test('by two processes at once registers it once', async () => {
    const path = await write('raced.fits', image(8))
    const outcomes = await Promise.all([register(path), register(path), register(path)])
    expect(outcomes.filter(({ status }) => status === 'registered')).toHaveLength(1)
    const { content } = await get('raced')
    expect(await fixture.objects.head(content.pyramidKey)).toBeDefined()
    expect(await fixture.dataSource.query(`select id from datasets where public_id = 'raced'`)).toHaveLength(
      1,
    )
  })

  test('of a cube counts its planes', async () => {
    const data = Buffer.alloc(2880)
    const header = headerBytes({
      SIMPLE: true,
      BITPIX: 16,
      NAXIS: 3,
      NAXIS1: 10,
      NAXIS2: 9,
      NAXIS3: 4,
      ...tanKeywords(10, 9, 0, 0),
    })
    await register(await write('cube.fits', Buffer.concat([header, data])))
    expect((await get('cube')).content.axes).toEqual([10n, 9n, 4n])
  })

  test('takes the first image extension when the primary HDU has no pixels', async () => {
    const primary = headerBytes({ SIMPLE: true, BITPIX: 8, NAXIS: 0, EXTEND: true })
    const extension = headerBytes({
      XTENSION: 'IMAGE',
      BITPIX: 8,
      NAXIS: 2,
      NAXIS1: 5,
      NAXIS2: 4,
      PCOUNT: 0,
      GCOUNT: 1,
    })
    await register(await write('extension.fits', Buffer.concat([primary, extension, Buffer.alloc(2880)])))
    expect((await get('extension')).content).toMatchObject({ hdu: 1, axes: [5n, 4n] })
  })

  test('takes an image without coordinates, and says so', async () => {
    const path = await write(
      'plain.fits',
      imageBytes(8, 8, () => 1),
    )
    const { notes } = await register(path)
    expect(notes).toEqual([expect.stringContaining('cannot be cut out by region')])
    expect((await get('plain')).content.coverage).toBeUndefined()
  })

  test('takes an image whose projection is unknown, and says so', async () => {
    const keywords = { ...tanKeywords(8, 8, 0, 0), CTYPE1: 'RA---XYZ', CTYPE2: 'DEC--XYZ' }
    const { notes } = await register(
      await write(
        'unknown.fits',
        imageBytes(8, 8, () => 1, keywords),
      ),
    )
    expect(notes).toEqual([expect.stringContaining('XYZ')])
  })

  test('takes an image that is blank all over', async () => {
    const path = await write(
      'blank.fits',
      imageBytes(8, 8, () => Number.NaN, tanKeywords(8, 8, 0, 0)),
    )
    expect((await register(path)).status).toBe('registered')
    expect((await get('blank')).content.pyramid).toMatchObject({ minimum: 0, maximum: 0 })
  })
})

describe('a bad file is refused with the way out:', () => {
  const truncated = () => image(10).subarray(0, 2880 + 1000)
  const header = (changes: Record<string, string | number>) =>
    Buffer.concat([
      headerBytes({ SIMPLE: true, BITPIX: -32, NAXIS: 2, NAXIS1: 40, NAXIS2: 30, ...changes }),
      Buffer.alloc(5760),
    ])
  const notAscii = Buffer.from(image(9).toString('latin1').replace("'K       '", "'K\0\xe9     '"), 'latin1')
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5000)])

  test.each([
    ['a truncated file', truncated(), /Copy the file again/],
    ['NAXIS 999', header({ NAXIS: 999 }), /NAXIS/],
    ['NAXIS 1000', header({ NAXIS: 1000 }), /NAXIS/],
    [
      'sizes that overflow',
      header({ NAXIS1: 9007199254740991, NAXIS2: 9007199254740991 }),
      /Correct the header/,
    ],
    ['a size beyond the file', header({ NAXIS1: 100_000, NAXIS2: 100_000 }), /Copy the file again/],
    ['a negative axis', header({ NAXIS1: -5 }), /NAXIS1/],
    ['a BITPIX that there is not', header({ BITPIX: 12 }), /BITPIX/],
    ['a JPEG called FITS', jpeg, /JPEG/],
    ['a header that is not ASCII', notAscii, /ASCII/],
    ['an empty file', Buffer.alloc(0), /empty/],
    ['a header without END', Buffer.alloc(5760, 'COMMENT '.padEnd(80)), /FITS|END/],
    ['one axis', header({ NAXIS: 1 }), /two axes/],
    ['no image at all', headerBytes({ SIMPLE: true, BITPIX: 8, NAXIS: 0 }), /image/],
  ])('%s', async (name, bytes, sentence) => {
    const id = name.replaceAll(' ', '-')
    const path = await write(`${id}.fits`, bytes)
    const refusal = await register(path).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RegistrationError)
    expect((refusal as Error).message).toMatch(sentence)
    await expect(get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await fixture.registrar.remove(id)).toBe(false)
  })

  test.each([
    ['absent.fits', /not there/],
    ['packed.fits.gz', /gunzip/],
    ['packed.fits.fz', /funpack/],
    ['two words.fits', /--id/],
  ])('%s', async (name, sentence) => {
    await expect(register(join(folder, name))).rejects.toThrow(sentence)
  })

  test('a file that may not be read', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('the administrator may read everything')
    const path = await write('forbidden.fits', image(11))
    await chmod(path, 0)
    await expect(register(path)).rejects.toThrow(/permissions/)
  })

  test('an identifier or a name that cannot be', async () => {
    const path = await write('named.fits', image(12))
    await expect(register(path, { id: '../up' })).rejects.toThrow(/identifier/)
    await expect(register(path, { id: '' })).rejects.toThrow(/identifier/)
    await expect(register(path, { displayName: '' })).rejects.toThrow(/bytes/)
    await expect(register(path, { displayName: 'ä'.repeat(101) })).rejects.toThrow(/bytes/)
  })

  test('an object store that is not configured', async () => {
    await expect(register('s3://bucket/key.fits')).rejects.toThrow(/S3_ENDPOINT/)
  })
})

describe('reading what was registered', () => {
  test('refuses a file that was overwritten meanwhile', async () => {
    const path = await write('overwritten.fits', image(13))
    await register(path)
    const { location } = await get('overwritten')
    await copyFile(await write('other.fits', image(14)), path)
    await utimes(path, new Date(), new Date(2026, 1, 1))
    await expect(fixture.files.open(location)).rejects.toThrow(DatasetUnavailable)
  })

  test('forgets a dataset and leaves its file', async () => {
    const path = await write('forgotten.fits', image(15))
    await register(path)
    const { content } = await get('forgotten')
    expect(await fixture.registrar.remove('forgotten')).toBe(true)
    await expect(get('forgotten')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await fixture.objects.head(content.pyramidKey)).toBeUndefined()
    expect((await stat(path)).isFile()).toBe(true)
    expect(await fixture.registrar.remove('forgotten')).toBe(false)
  })
})
