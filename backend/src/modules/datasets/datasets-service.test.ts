import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageTokens } from '../../server/page-token.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import type { Coverage } from './dataset.ts'
import { insertDataset, markUnavailable, type NewDataset } from './dataset-store.ts'
import { type DatasetSearch, DatasetsService } from './datasets-service.ts'

const everything: DatasetSearch = {
  pageSize: 0,
  pageToken: '',
  query: '',
  intersects: undefined,
  order: 'display_name',
  descending: false,
}

let database: TestDatabase
let service: DatasetsService
const ours = uuidv7()
const theirs = uuidv7()

async function insert(
  publicId: string,
  changes: Partial<NewDataset> = {},
  coverage?: Coverage,
): Promise<string> {
  const id = uuidv7()
  const dataset: NewDataset = {
    id,
    publicId,
    displayName: publicId,
    organizationId: ours,
    visibility: 'ORGANIZATION',
    location: { address: `/data/${publicId}.fits`, version: '1', sizeBytes: 2880 },
    content: {
      sha256: 'ab'.repeat(32),
      hdu: 0,
      bitpix: -32,
      axes: [100n, 50n],
      unit: 'K',
      header: ['SIMPLE  =                    T'.padEnd(80)],
      coverage,
      pyramid: { tileSizePx: 256, levels: 1, percentile1: 0, percentile99: 1, minimum: -1, maximum: 2 },
      pyramidKey: `datasets/${id}/pyramid`,
    },
    ...changes,
  }
  expect(await insertDataset(database.dataSource, dataset)).toBe(true)
  return id
}

function square(raDeg: number, decDeg: number, halfDeg: number): Coverage {
  const wide = halfDeg / Math.cos((decDeg * Math.PI) / 180)
  const corner = (dRa: number, dDec: number) => ({ raDeg: (raDeg + dRa + 360) % 360, decDeg: decDeg + dDec })
  return {
    footprint: [
      corner(-wide, -halfDeg),
      corner(wide, -halfDeg),
      corner(wide, halfDeg),
      corner(-wide, halfDeg),
    ],
    interior: { raDeg, decDeg },
    center: { raDeg, decDeg },
    radiusDeg: halfDeg * 1.6,
    pixelScaleDeg: 0.01,
    projection: 'TAN',
    frame: 'ICRS',
  }
}

/** A circle around a pole, as a polygon. */
function cap(decDeg: number, radiusDeg: number): Coverage {
  const edge = decDeg > 0 ? 90 - radiusDeg : radiusDeg - 90
  return {
    footprint: Array.from({ length: 24 }, (_, step) => ({ raDeg: step * 15, decDeg: edge })),
    interior: { raDeg: 0, decDeg },
    center: { raDeg: 0, decDeg },
    radiusDeg,
    pixelScaleDeg: 0.01,
    projection: 'ZEA',
    frame: 'ICRS',
  }
}

const idsOf = async (search: Partial<DatasetSearch>, organizationId = ours) =>
  (await service.list(organizationId, { ...everything, ...search })).datasets.map(({ publicId }) => publicId)

beforeAll(async () => {
  database = await createTestDatabase()
  service = new DatasetsService({
    dataSource: database.dataSource,
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
  })
  await database.dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values
       ($1, 'ours', 'Ours', 'MEMBER'), ($2, 'theirs', 'Theirs', 'MEMBER')`,
    [ours, theirs],
  )
})
afterAll(() => database.drop())

describe('who may read', () => {
  beforeAll(async () => {
    await insert('own')
    await insert('public', { organizationId: theirs, visibility: 'EVERYONE' })
    await insert('foreign', { organizationId: theirs })
    const id = await insert('vanished')
    await markUnavailable(database.dataSource, id, 'The file is not there.')
  })
  afterAll(() => database.dataSource.query('delete from datasets'))

  test('an organisation lists its own datasets and those for everyone', async () => {
    expect(await idsOf({})).toEqual(['own', 'public'])
    expect(await idsOf({}, theirs)).toEqual(['foreign', 'public'])
  })

  test('another organisation’s dataset is NOT_FOUND, in the words for one that does not exist', async () => {
    const foreign = await service.get(ours, 'foreign').catch((error: Error) => error)
    const absent = await service.get(ours, 'absent').catch((error: Error) => error)
    expect(foreign).toMatchObject({ code: 'NOT_FOUND', reason: 'DATASET_NOT_FOUND' })
    expect(absent).toMatchObject({ code: 'NOT_FOUND', reason: 'DATASET_NOT_FOUND' })
    expect((foreign as Error).message.replace('foreign', 'absent')).toBe((absent as Error).message)
    expect(await service.readable(ours, 'foreign')).toBeUndefined()
  })

  test('identifiers are told apart by case', async () => {
    await expect(service.get(ours, 'OWN')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a job learns where the file stands and why it cannot be read', async () => {
    expect(await service.readable(ours, 'vanished')).toMatchObject({
      id: 'vanished',
      location: { address: '/data/vanished.fits', version: '1', sizeBytes: 2880 },
      axes: [100, 50],
      unavailableReason: 'The file is not there.',
    })
    expect((await service.readable(ours, 'public'))?.unavailableReason).toBeUndefined()
  })

  test('what was stored comes back as it was', async () => {
    const record = await service.get(ours, 'own')
    expect(record.content).toMatchObject({
      sha256: 'ab'.repeat(32),
      axes: [100n, 50n],
      unit: 'K',
      header: ['SIMPLE  =                    T'.padEnd(80)],
      coverage: undefined,
      pyramid: { tileSizePx: 256, levels: 1, percentile1: 0, percentile99: 1, minimum: -1, maximum: 2 },
    })
  })

  test('lists leave the header out', async () => {
    const { datasets } = await service.list(ours, everything)
    expect(datasets.map(({ content }) => content.header)).toEqual([[], []])
  })
})

describe('a text query', () => {
  beforeAll(async () => {
    await insert('microwave-sky', { displayName: 'Microwave sky at 143 GHz' })
    await insert('survey-tile-1', { displayName: 'Survey, 1st tile' })
    await insert('100_sure', { displayName: '100%_sure' })
  })
  afterAll(() => database.dataSource.query('delete from datasets'))

  test.each([
    ['SKY', ['microwave-sky']],
    ['tile survey', ['survey-tile-1']],
    ['  143   ghz ', ['microwave-sky']],
    ['tile-1', ['survey-tile-1']],
    ['sky tile', []],
    ['%_', ['100_sure']],
    ['%%', []],
    ["'; drop table datasets --", []],
  ])('%j finds %j', async (query, expected) => {
    expect(await idsOf({ query })).toEqual(expected)
  })
})

describe('a position search', () => {
  beforeAll(async () => {
    await insert('equator', {}, square(11, 0, 1))
    await insert('edge', {}, square(0, 20, 1))
    await insert('north', {}, cap(90, 2))
    await insert('south', {}, cap(-90, 2))
    await insert('all-sky', {}, { ...square(0, 0, 1), footprint: [], radiusDeg: 180 })
    await insert('no-wcs')
  })
  afterAll(() => database.dataSource.query('delete from datasets'))

  const at = (raDeg: number, decDeg: number, radiusDeg: number) => ({ center: { raDeg, decDeg }, radiusDeg })

  test.each([
    ['a point', at(11, 0.5, 0), ['all-sky', 'equator']],
    // Inside the bounding circle, outside the image.
    ['a point beside a corner', at(12.1, 1.05, 0), ['all-sky']],
    ['a circle that reaches an image', at(15, 0, 3.1), ['all-sky', 'equator']],
    ['a circle that does not', at(15, 0, 2.9), ['all-sky']],
    ['a point before 0/360', at(359.5, 20, 0), ['all-sky', 'edge']],
    ['a point after 0/360', at(0.5, 20, 0), ['all-sky', 'edge']],
    ['a circle reaching over 0/360', at(358, 20, 1), ['all-sky', 'edge']],
    ['the north pole', at(0, 90, 0), ['all-sky', 'north']],
    ['the north pole, said with another right ascension', at(270, 90, 0), ['all-sky', 'north']],
    ['a circle over the north pole', at(123, 87, 1.5), ['all-sky', 'north']],
    ['the south pole', at(180, -90, 0), ['all-sky', 'south']],
    ['a circle below the south pole’s image', at(180, -87, 0.9), ['all-sky']],
    ['half the sky', at(0, 90, 90), ['all-sky', 'edge', 'equator', 'north']],
    ['the whole sky', at(77, 7, 180), ['all-sky', 'edge', 'equator', 'north', 'south']],
  ])('of %s', async (_, intersects, expected) => {
    expect(await idsOf({ intersects })).toEqual(expected)
  })
})

describe('pages', () => {
  const names = ['alpha', 'Beta', 'gamma', 'delta', 'Epsilon']
  beforeAll(async () => {
    for (const [index, name] of names.entries()) {
      // Two of the same size and one moment for all: the key decides then.
      const location = { address: `/data/${name}`, version: '1', sizeBytes: 1000 * (1 + (index >> 1)) }
      await insert(name, { location }, square(10 * index, 0, 1))
    }
    await database.dataSource.query(`update datasets set create_time = '2026-01-01 00:00:00.123456+00'`)
    await database.dataSource.query(
      `update datasets set create_time = '2026-01-01 00:00:00.123457+00' where public_id = 'alpha'`,
    )
  })
  afterAll(() => database.dataSource.query('delete from datasets'))

  async function walk(search: Partial<DatasetSearch>): Promise<string[][]> {
    const pages: string[][] = []
    let pageToken = ''
    do {
      const page = await service.list(ours, { ...everything, ...search, pageToken })
      pages.push(page.datasets.map(({ publicId }) => publicId))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    return pages
  }

  test.each([
    ['display_name', false, [['alpha', 'Beta'], ['delta', 'Epsilon'], ['gamma']]],
    ['display_name', true, [['gamma', 'Epsilon'], ['delta', 'Beta'], ['alpha']]],
    ['create_time', false, [['Beta', 'gamma'], ['delta', 'Epsilon'], ['alpha']]],
    ['create_time', true, [['alpha', 'Epsilon'], ['delta', 'gamma'], ['Beta']]],
    ['size_bytes', false, [['alpha', 'Beta'], ['gamma', 'delta'], ['Epsilon']]],
    ['size_bytes', true, [['Epsilon', 'delta'], ['gamma', 'Beta'], ['alpha']]],
  ] as const)(
    'by %s, descending: %s, miss nothing and repeat nothing',
    async (order, descending, expected) => {
      expect(await walk({ order, descending, pageSize: 2 })).toEqual(expected)
    },
  )

  test('end without a token when the last one is full', async () => {
    expect(await walk({ pageSize: 5 })).toHaveLength(1)
  })

  test('are filled past candidates that the outline rules out', async () => {
    // Meets every bounding circle between, and the outlines of none of the first.
    const intersects = { center: { raDeg: 20, decDeg: 0 }, radiusDeg: 10 }
    expect(await walk({ intersects, pageSize: 1 })).toEqual([['Beta'], ['delta'], ['gamma']])
  })

  test.each([
    ['another organisation', { organizationId: theirs }],
    ['another order', { order: 'size_bytes' }],
    ['another direction', { descending: true }],
    ['another text', { query: 'a' }],
    ['another position', { intersects: { center: { raDeg: 0, decDeg: 0 }, radiusDeg: 180 } }],
  ] as const)('refuse a token that was given for %s', async (_, changes) => {
    const { nextPageToken: pageToken } = await service.list(ours, { ...everything, pageSize: 2 })
    const { organizationId = ours, ...search } = { organizationId: ours, ...changes }
    await expect(service.list(organizationId, { ...everything, ...search, pageToken })).rejects.toMatchObject(
      {
        code: 'INVALID_ARGUMENT',
        reason: 'PAGE_TOKEN_INVALID',
      },
    )
  })

  test('take a token with another page size', async () => {
    const { nextPageToken: pageToken } = await service.list(ours, { ...everything, pageSize: 2 })
    expect(await idsOf({ pageSize: 10, pageToken })).toEqual(['delta', 'Epsilon', 'gamma'])
  })

  test.each(['nonsense', 'AAAA', '%%%', 'a'.repeat(512)])('refuse the token %j', async (pageToken) => {
    await expect(service.list(ours, { ...everything, pageToken })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
  })
})
