import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { cellNeighbours } from './cell-neighbours.ts'
import { type ConnectionQuery, ConnectionSearch, type SearchLimits } from './connection-search.ts'
import type { Episode } from './episode.ts'
import { bruteForceEpisodes } from './testing/brute-force.ts'
import { expectEpisodes } from './testing/expect-episodes.ts'
import { LocationRows } from './testing/location-rows.ts'
import { coveredBy, trackCase } from './testing/random-tracks.ts'

const PERSONS = 6
const runs = Number(process.env['FAIRLEAD_PROPERTY_RUNS'] ?? 60)

let database: TestDatabase
let stored: LocationRows

beforeAll(async () => {
  database = await createTestDatabase()
  stored = await LocationRows.create(database.dataSource, PERSONS)
})
afterAll(() => database.drop())

async function search(query: Omit<ConnectionQuery, 'scope'>, limits?: SearchLimits): Promise<Episode[]> {
  const episodes: Episode[] = []
  const steps = new ConnectionSearch(database.dataSource, cellNeighbours, limits).steps({
    scope: stored.scope,
    ...query,
  })
  for await (const step of steps) episodes.push(...step.episodes)
  return episodes
}

function byStart(episodes: readonly Episode[]): Episode[] {
  return episodes.toSorted((a, b) => a.startMs - b.startMs || a.otherPersonNo - b.otherPersonNo)
}

test('finds what comparing every fix with every fix finds, wherever it is', {
  timeout: 30_000 + runs * 1000,
}, async () => {
  let [found, asked] = [0, 0]
  await fc.assert(
    fc.asyncProperty(trackCase(PERSONS), async ({ fixes, rule, window, consents }) => {
      await stored.replaceFixes(fixes)
      await stored.consent(consents)
      const query = { personNo: 1, window, rule }
      const expected = bruteForceEpisodes(fixes, 1, rule, window.startMs, window.endMs, coveredBy(consents))
      const episodes = await search(query)
      expectEpisodes(byStart(episodes), expected)
      expect(episodes.map(({ endMs }) => endMs)).toEqual(
        episodes.map(({ endMs }) => endMs).sort((a, b) => a - b),
      )
      // In short steps, which read into one another.
      const small = await search(query, { ownFixes: 999, nearFixes: 999, shortestMs: 1, longestMs: 900_000 })
      expect(small).toEqual(episodes)
      found += expected.length
      asked += 1
    }),
    { numRuns: runs },
  )
  // It is no test of nothing being found.
  expect(found).toBeGreaterThan(asked / 4)
})
