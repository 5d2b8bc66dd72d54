import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Dataset,
  type DatasetTile,
  GetDatasetTileRequest,
  ListDatasetsRequest,
  ListDatasetsResponse,
} from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatasetsFixture, datasetsFixture, institute, lab } from './testing/datasets-fixture.ts'
import { headerBytes, imageBytes, tanKeywords } from './testing/fits-bytes.ts'

let fixture: DatasetsFixture
let folder: string

beforeAll(async () => {
  fixture = await datasetsFixture()
  folder = join(fixture.home, 'images')
  await mkdir(folder)
  // 300 x 520: two columns and three rows of tiles, three levels.
  const keywords = { ...tanKeywords(300, 520, 0.05, 45), BUNIT: 'Jy/beam' }
  await register(
    'sky',
    imageBytes(300, 520, (x, y) => x + 1000 * y, keywords),
  )
  await register(
    'plain',
    imageBytes(4, 4, () => 1),
  )
  await register(
    'own',
    imageBytes(4, 4, () => 1, tanKeywords(4, 4, 180, 0)),
    lab.id,
  )
})
afterAll(() => fixture.release())

async function register(id: string, bytes: Buffer, organizationId?: string): Promise<string> {
  const address = join(folder, `${id}.fits`)
  await writeFile(address, bytes)
  const owner =
    organizationId === undefined
      ? fixture.everyone
      : ({ organizationId, visibility: 'ORGANIZATION' } as const)
  await fixture.registrar.register({ address, owner, keepOwner: false, replace: 'always' })
  return address
}

const get = (id: string, organization = institute) =>
  fixture.handlers.getDataset(
    { name: `organizations/${organization.slug}/datasets/${id}` },
    fixture.context(organization),
  )

const list = (request: Partial<ListDatasetsRequest> = {}, organization = institute) =>
  fixture.handlers.listDatasets(
    ListDatasetsRequest.fromPartial({ parent: `organizations/${organization.slug}`, ...request }),
    fixture.context(organization),
  )

const tile = (id: string, position: Partial<GetDatasetTileRequest> = {}, organization = institute) =>
  fixture.handlers.getDatasetTile(
    GetDatasetTileRequest.fromPartial({
      name: `organizations/${organization.slug}/datasets/${id}`,
      ...position,
    }),
    fixture.context(organization),
  )

describe('GetDataset', () => {
  test('answers with everything the contract names', async () => {
    const dataset = await get('sky')
    expect(dataset).toMatchObject({
      name: 'organizations/survey-institute/datasets/sky',
      displayName: 'sky',
      owner: 'organizations/operator',
      visibility: 'VISIBILITY_EVERYONE',
      createTime: expect.any(Date),
      sizeBytes: BigInt(2880 + 2880 * Math.ceil((4 * 300 * 520) / 2880)),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      hdu: 0,
      bitpix: -32,
      axes: [300n, 520n],
      unit: 'Jy/beam',
      coverage: {
        center: { raDeg: expect.closeTo(0.05, 3), decDeg: expect.closeTo(45, 3) },
        pixelScaleDeg: expect.closeTo(0.1, 6),
        projection: 'TAN',
        frame: 'ICRS',
      },
      pyramid: { tileSizePx: 256, levels: 3, minimum: 0, maximum: 519_299 },
    })
    expect(dataset.coverage?.footprint.length).toBeGreaterThanOrEqual(4)
    expect(dataset.header[0]).toHaveLength(80)
  })

  test('survives the wire', async () => {
    const dataset = await get('sky')
    expect(Dataset.decode(Dataset.encode(dataset).finish())).toEqual(dataset)
    const page = await list()
    expect(ListDatasetsResponse.decode(ListDatasetsResponse.encode(page).finish())).toEqual(page)
  })

  test('leaves the coverage of an image without coordinates unset', async () => {
    expect((await get('plain')).coverage).toBeUndefined()
  })

  test('names the organisation that it is seen through', async () => {
    expect((await get('own', lab)).name).toBe('organizations/microwave-lab/datasets/own')
    expect((await get('sky', lab)).name).toBe('organizations/microwave-lab/datasets/sky')
    expect((await get('own', lab)).owner).toBe('organizations/microwave-lab')
    expect((await get('own', lab)).visibility).toBe('VISIBILITY_ORGANIZATION')
  })

  test.each(['own', 'absent'])('of %s, which the organisation may not read, is NOT_FOUND', async (id) => {
    await expect(get(id)).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'DATASET_NOT_FOUND' })
    await expect(tile(id)).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'DATASET_NOT_FOUND' })
  })
})

describe('ListDatasets', () => {
  test('answers without headers', async () => {
    const { datasets, nextPageToken } = await list()
    expect(datasets.map(({ name }) => name)).toEqual([
      'organizations/survey-institute/datasets/plain',
      'organizations/survey-institute/datasets/sky',
    ])
    expect(datasets.every(({ header }) => header.length === 0)).toBe(true)
    expect(nextPageToken).toBe('')
  })

  test('orders, pages, and searches by text and position', async () => {
    const first = await list({ orderBy: 'size_bytes desc', pageSize: 1 })
    expect(first.datasets.map(({ displayName }) => displayName)).toEqual(['sky'])
    expect(first.nextPageToken.length).toBeLessThanOrEqual(512)
    const second = await list({ orderBy: 'size_bytes desc', pageSize: 1, pageToken: first.nextPageToken })
    expect(second.datasets.map(({ displayName }) => displayName)).toEqual(['plain'])
    expect((await list({ query: 'SK' })).datasets).toHaveLength(1)
    const across = await list({ intersects: { raDeg: 359.9, decDeg: 45, radiusDeg: 0 } })
    expect(across.datasets.map(({ displayName }) => displayName)).toEqual(['sky'])
    expect((await list({ intersects: { raDeg: 180, decDeg: -45, radiusDeg: 1 } })).datasets).toEqual([])
  })
})

describe('GetDatasetTile', () => {
  /** Values by the contract's formula; NaN where blank. */
  function valuesOf({ codes, minimum, maximum }: DatasetTile): number[] {
    const view = new DataView(codes.buffer, codes.byteOffset, codes.byteLength)
    return Array.from({ length: codes.length / 2 }, (_, index) => {
      const code = view.getUint16(2 * index, true)
      return code === 65535 ? Number.NaN : minimum + (code * (maximum - minimum)) / 65534
    })
  }

  test.each([
    [0, 0, 256, 256],
    [1, 0, 44, 256],
    [0, 2, 256, 8],
    [1, 2, 44, 8],
  ])('gives the pixels of column %i, row %i', async (column, row, widthPx, heightPx) => {
    const answer = await tile('sky', { column, row })
    expect(answer).toMatchObject({ widthPx, heightPx })
    const values = valuesOf(answer)
    const step = (answer.maximum - answer.minimum) / 65534
    for (const [x, y] of [
      [0, 0],
      [widthPx - 1, 0],
      [0, heightPx - 1],
      [widthPx - 1, heightPx - 1],
    ] as const) {
      const expected = 256 * column + x + 1000 * (256 * row + y)
      expect(Math.abs((values[y * widthPx + x] ?? Number.NaN) - expected)).toBeLessThanOrEqual(step)
    }
  })

  test('gives means of the pixels below at the higher levels', async () => {
    const answer = await tile('sky', { level: 1, column: 0, row: 0 })
    expect(answer).toMatchObject({ widthPx: 150, heightPx: 256 })
    const step = (answer.maximum - answer.minimum) / 65534
    expect(Math.abs((valuesOf(answer)[0] ?? Number.NaN) - (0 + 1 + 1000 + 1001) / 4)).toBeLessThanOrEqual(
      step,
    )
    expect(await tile('sky', { level: 2 })).toMatchObject({ widthPx: 75, heightPx: 130 })
  })

  test.each([
    ['level', { level: 3 }, 'has to be between 0 and 2 here.'],
    ['column', { column: 2 }, 'has to be between 0 and 1 here.'],
    ['row', { row: 3 }, 'has to be between 0 and 2 here.'],
    ['column', { level: 1, column: 1 }, 'has to be 0 here.'],
    ['row', { level: 2, row: 1 }, 'has to be 0 here.'],
    ['plane', { plane: 1 }, 'has to be 0 here.'],
    ['column', { column: 2_147_483_647 }, 'has to be between 0 and 1 here.'],
  ])('refuses a %s that there is not', async (field, position, description) => {
    await expect(tile('sky', position)).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      reason: 'TILE_OUT_OF_RANGE',
      violations: [{ field, description }],
    })
  })

  test('gives each plane of a cube', async () => {
    const header = headerBytes({ SIMPLE: true, BITPIX: 16, NAXIS: 3, NAXIS1: 10, NAXIS2: 10, NAXIS3: 3 })
    const data = Buffer.alloc(2880)
    for (let index = 0; index < 300; index += 1) data.writeInt16BE(100 * Math.floor(index / 100), 2 * index)
    await register('cube', Buffer.concat([header, data]))
    expect(valuesOf(await tile('cube', { plane: 2 }))[0]).toBe(200)
    await expect(tile('cube', { plane: 3 })).rejects.toMatchObject({ violations: [{ field: 'plane' }] })
  })

  test('marks blank pixels', async () => {
    await register(
      'holes',
      imageBytes(4, 4, (x) => (x === 1 ? Number.NaN : x)),
    )
    const values = valuesOf(await tile('holes'))
    expect(values[1]).toBeNaN()
    expect(values[2]).toBeCloseTo(2, 3)
  })

  test('shows the new content after a replacement', async () => {
    await register(
      'replaced',
      imageBytes(4, 4, () => 5),
    )
    expect(valuesOf(await tile('replaced'))[0]).toBe(5)
    await register(
      'replaced',
      imageBytes(4, 4, () => 7),
    )
    expect(valuesOf(await tile('replaced'))[0]).toBe(7)
  })

  test('says what to do when the file is gone or has changed', async () => {
    const gone = await register(
      'gone',
      imageBytes(4, 4, () => 1),
    )
    await rm(gone)
    await expect(tile('gone')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'DATASET_UNAVAILABLE',
    })
    const changed = await register(
      'changed',
      imageBytes(4, 4, () => 1),
    )
    await utimes(changed, new Date(), new Date(2026, 0, 1))
    await expect(tile('changed')).rejects.toThrow('changed since it was registered')
    await utimes(
      await register(
        'gone',
        imageBytes(4, 4, () => 2),
      ),
      new Date(),
      new Date(),
    )
  })

  test('says what to do when the preview is missing from the store', async () => {
    await register(
      'lost',
      imageBytes(4, 4, () => 1),
    )
    const { content } = await fixture.module.service.get(institute.id, 'lost')
    await fixture.objects.delete(content.pyramidKey)
    await expect(tile('lost')).rejects.toThrow('Register it again')
  })

  test('stops when the caller is gone, and serves the next one', async () => {
    const context = { ...fixture.context(institute), signal: AbortSignal.abort() }
    const request = GetDatasetTileRequest.fromPartial({ name: 'organizations/survey-institute/datasets/sky' })
    await expect(fixture.handlers.getDatasetTile(request, context)).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(await tile('sky')).toMatchObject({ widthPx: 256 })
  })
})
