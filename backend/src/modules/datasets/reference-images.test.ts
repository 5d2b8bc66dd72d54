import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatasetsFixture, datasetsFixture, institute } from './testing/datasets-fixture.ts'

/** Images of real telescopes, kept beside the repository where there are some. */
const folder = join(import.meta.dirname, '../../../../../shared/data')

const cases = [
  {
    id: 'HorseHead',
    bitpix: 16,
    axes: [891n, 893n],
    projection: 'TAN',
    frame: 'ICRS',
    // The Horsehead nebula.
    center: { raDeg: 85.27, decDeg: -2.45 },
  },
  {
    id: 'gc_msx_e',
    bitpix: -64,
    axes: [149n, 149n],
    projection: 'CAR',
    frame: 'GALACTIC',
    // The centre of the Galaxy.
    center: { raDeg: 266.4, decDeg: -28.94 },
  },
]

describe('images of real telescopes', () => {
  let fixture: DatasetsFixture
  beforeAll(async () => {
    fixture = await datasetsFixture()
  })
  afterAll(() => fixture.release())

  for (const { id, bitpix, axes, projection, frame, center } of cases) {
    const address = join(folder, `${id}.fits`)
    const absent = !existsSync(address)
    test.skipIf(absent)(absent ? `${id} needs ${id}.fits in ../shared/data` : `${id} registers`, async () => {
      const registration = { address, owner: fixture.everyone, keepOwner: false, replace: 'never' } as const
      expect(await fixture.registrar.register(registration)).toMatchObject({
        status: 'registered',
        notes: [],
      })
      const { content } = await fixture.module.service.get(institute.id, id)
      expect(content).toMatchObject({ bitpix, axes, coverage: { projection, frame } })
      expect(content.coverage?.center.raDeg).toBeCloseTo(center.raDeg, 0)
      expect(content.coverage?.center.decDeg).toBeCloseTo(center.decDeg, 0)
      const request = {
        pageSize: 0,
        pageToken: '',
        query: '',
        order: 'display_name',
        descending: false,
      } as const
      const found = await fixture.module.service.list(institute.id, {
        ...request,
        intersects: { center, radiusDeg: 0 },
      })
      expect(found.datasets.map(({ publicId }) => publicId)).toEqual([id])
    })
  }
})
