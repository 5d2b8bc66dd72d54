import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { feature } from 'topojson-client'
import { expect, test } from 'vitest'
import { unwrappedLine, unwrappedRing } from './base-map'

test('a line across the antimeridian runs on', () => {
  expect(
    unwrappedLine([
      [179, 65],
      [-179, 66],
      [178, 67],
    ]),
  ).toEqual([
    [179, 65],
    [181, 66],
    [178, 67],
  ])
})

test('a ring around the south pole is closed along the map’s edge', () => {
  const ring = [-180, -90, 0, 90, 180].map((longitude) => [longitude, -70])
  expect(unwrappedRing(ring)).toEqual([...ring, [180, -90], [-180, -90], [-180, -70]])
})

test('no ring of the bundled land leaps across the map, and each is closed', () => {
  const path = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json')
  const atlas = JSON.parse(readFileSync(path, 'utf8'))
  const land = feature(
    atlas,
    atlas.objects.land,
  ) as unknown as GeoJSON.FeatureCollection<GeoJSON.MultiPolygon>
  const rings = land.features.flatMap(({ geometry }) => geometry.coordinates.flat()).map(unwrappedRing)
  expect(rings.length).toBeGreaterThan(1000)
  // The one long side is along the pole.
  const leaps = rings.flatMap((ring) =>
    ring.filter(([longitude = 0, latitude = 0], index) => {
      const [before = longitude] = ring[index - 1] ?? []
      return latitude > -90 && Math.abs(longitude - before) >= 180
    }),
  )
  expect(leaps).toEqual([])
  const open = rings.filter((ring) => String(ring.at(-1)) !== String(ring[0]))
  expect(open).toEqual([])
})
