import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDataSource } from '../../../database/index.ts'
import { migrate } from '../../../database/migrate.ts'
import { administer } from '../../../testing/administer.ts'
import { cellNeighbours } from './cell-neighbours.ts'
import { type ConnectionQuery, ConnectionSearch } from './connection-search.ts'
import type { Episode } from './episode.ts'
import type { NeighbourSource } from './neighbour-source.ts'
import { postgisNeighbours, preparePostgis } from './postgis-neighbours.ts'
import { LocationRows } from './testing/location-rows.ts'
import { makeReference, referenceEpisodes } from './testing/postgis-reference.ts'
import { trackCase } from './testing/random-tracks.ts'

const serverUrl = process.env['POSTGIS_URL']
const PERSONS = 5
const runs = Number(process.env['FAIRLEAD_PROPERTY_RUNS'] ?? 20)

describe.skipIf(serverUrl === undefined)('PostGIS (needs POSTGIS_URL)', () => {
  const name = `fairlead_${randomBytes(6).toString('hex')}`
  const url = serverUrl?.replace(/[^/]*$/, name) ?? ''
  let dataSource: DataSource
  let stored: LocationRows

  beforeAll(async () => {
    await administer(serverUrl ?? '', `create database ${name}`)
    await migrate(url)
    await preparePostgis(url)
    // Twice: of a release that is deployed again.
    await preparePostgis(url)
    dataSource = await createDataSource(url).initialize()
    stored = await LocationRows.create(dataSource, PERSONS)
  })
  afterAll(async () => {
    await dataSource?.destroy()
    await administer(serverUrl ?? '', `drop database if exists ${name} with (force)`)
  })

  async function search(source: NeighbourSource, query: Omit<ConnectionQuery, 'scope'>): Promise<Episode[]> {
    const episodes: Episode[] = []
    const steps = new ConnectionSearch(dataSource, source).steps({ scope: stored.scope, ...query })
    for await (const step of steps) episodes.push(...step.episodes)
    return episodes
  }

  test('finds the same by its index as cells do, and by its own reckoning', {
    timeout: 60_000 + runs * 2000,
  }, async () => {
    let [found, asked] = [0, 0]
    await fc.assert(
      fc.asyncProperty(trackCase(PERSONS), async ({ fixes, rule, window, consents }) => {
        await stored.replaceFixes(fixes)
        await stored.consent(consents)
        const query = { personNo: 1, window, rule }
        expect(await search(postgisNeighbours, query)).toEqual(await search(cellNeighbours, query))

        // All are covered here, and accuracy does nothing: what PostGIS itself says is one statement.
        await stored.consent(Array.from({ length: PERSONS }, (_, index) => ({ personNo: index + 1 })))
        await dataSource.query('drop table if exists reference_fixes')
        await makeReference(dataSource, true)
        const expected = await referenceEpisodes(dataSource, {
          personNo: 1,
          ...window,
          distanceM: rule.distanceM,
          withinS: rule.withinMs / 1000,
          gapS: rule.episodeGapMs / 1000,
        })
        const episodes = await search(cellNeighbours, { ...query, rule: { ...rule, accuracy: 'ignore' } })
        episodes.sort((a, b) => a.startMs - b.startMs || a.otherPersonNo - b.otherPersonNo)
        expect(episodes.map((episode) => [episode.otherPersonNo, episode.startMs, episode.endMs])).toEqual(
          expected.map((episode) => [episode.person_no, episode.start_ms, episode.end_ms]),
        )
        for (const [index, episode] of episodes.entries())
          expect(
            Math.abs(episode.closestDistanceM - (expected[index]?.closest_m ?? Number.NaN)),
          ).toBeLessThan(1e-3)
        found += expected.length
        asked += 1
      }),
      { numRuns: runs },
    )
    expect(found).toBeGreaterThan(asked / 4)
  })
})
