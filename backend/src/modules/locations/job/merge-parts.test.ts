import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../../random.ts'
import { bruteForceEpisodes } from '../connections/testing/brute-force.ts'
import type { TrackFix } from '../connections/track-fix.ts'
import { compareParts, type EpisodePart } from './episode-part.ts'
import { mergeParts, type PairEpisode } from './merge-parts.ts'
import { PairSweep } from './pair-sweep.ts'
import { PartReader, writeParts } from './part-files.ts'
import { randomTracks, type Tracks } from './testing/random-tracks.ts'

const DAY_MS = 86_400_000
const MIDNIGHT_MS = Date.UTC(2026, 10, 21)
const RUNS = Number(process.env['FAIRLEAD_CONNECTIONS_RUNS'] ?? 60)

const folder = mkdtempSync(join(tmpdir(), 'fairlead-parts-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** As tasks and their collect do it, with files in between. */
function found(tracks: Tracks, stretchMs: number, weightMax: number): PairEpisode[] {
  const { rule, fixes, startMs, endMs } = tracks
  const paths: string[] = []
  for (let from = startMs; from < endMs; ) {
    const to = Math.min(endMs, from + stretchMs)
    const parts: EpisodePart[] = []
    const sweep = new PairSweep({
      rule,
      startMs: from,
      endMs: to,
      weightMax,
      found: (part) => parts.push(part),
    })
    for (const fix of fixes) {
      // Each task reads its own objects.
      if (fix.timeMs >= from && fix.timeMs < to + rule.withinMs) sweep.add({ ...fix })
    }
    sweep.finish()
    const path = join(folder, `parts-${from}-${to}`)
    writeParts(path, parts.sort(compareParts))
    paths.push(path)
    from = to
  }
  const readers = paths.map((path) => new PartReader(path))
  const episodes = [...mergeParts(readers, rule.episodeGapMs)]
  for (const [index, reader] of readers.entries()) {
    reader.close()
    rmSync(paths[index] ?? '')
  }
  return episodes
}

function expected({ fixes, rule, startMs, endMs }: Tracks): PairEpisode[] {
  const persons = [...new Set(fixes.map(({ personNo }) => personNo))].sort((a, b) => a - b)
  return persons
    .flatMap((personNo) =>
      bruteForceEpisodes(fixes, personNo, rule, startMs, endMs)
        .filter(({ otherPersonNo }) => otherPersonNo > personNo)
        .map((episode) => ({ personNo, ...episode })),
    )
    .sort((a, b) => a.personNo - b.personNo || a.otherPersonNo - b.otherPersonNo || a.startMs - b.startMs)
}

const rounded = ({ closestDistanceM, closestPosition, ...rest }: PairEpisode) => ({
  ...rest,
  closestDistanceM: closestDistanceM.toFixed(4),
  latitude: closestPosition.latitude.toFixed(7),
  // Beside a pole, longitude is anything.
  ...(Math.abs(closestPosition.latitude) > 89.99 ? {} : { longitude: closestPosition.longitude.toFixed(6) }),
})

describe('parts of episodes put together', () => {
  const random = new Random(Number(process.env['FAIRLEAD_SEED'] ?? 1))
  let episodes = 0
  let merged = 0

  it(`are the episodes of a comparison of every fix with every fix, in ${RUNS} random worlds`, () => {
    for (let run = 0; run < RUNS; run++) {
      const tracks = randomTracks(random, MIDNIGHT_MS)
      // The first border of two stretches is at midnight.
      const stretchMs = (tracks.endMs - tracks.startMs) / random.pick([1, 2, 2, 10, 60])
      const weightMax = random.pick([1, 40, 800_000])
      const want = expected(tracks)
      expect(
        found(tracks, stretchMs, weightMax).map(rounded),
        JSON.stringify({ run, stretchMs, weightMax, ...tracks }),
      ).toEqual(want.map(rounded))
      episodes += want.length
      merged += want.filter(
        ({ startMs, endMs }) =>
          Math.floor((startMs - tracks.startMs) / stretchMs) !==
          Math.floor((endMs - tracks.startMs) / stretchMs),
      ).length
    }
    // Random worlds in which nobody meets, or never across a border, would prove nothing.
    expect(episodes).toBeGreaterThan(RUNS)
    expect(merged).toBeGreaterThan(RUNS / 4)
  })

  it('count a fix once that was near somebody before and after midnight', () => {
    const fix = (personNo: number, timeMs: number): TrackFix => ({
      personNo,
      deviceNo: personNo,
      timeMs: MIDNIGHT_MS + timeMs,
      latitude: 1,
      longitude: 2,
      accuracyM: 0,
    })
    const tracks: Tracks = {
      place: '',
      rule: { distanceM: 1, withinMs: 60_000, episodeGapMs: 300_000, accuracy: 'ignore' },
      fixes: [fix(1, -20_000), fix(2, -10_000), fix(1, 10_000), fix(2, 20_000)],
      startMs: MIDNIGHT_MS - DAY_MS,
      endMs: MIDNIGHT_MS + DAY_MS,
    }
    expect(found(tracks, DAY_MS, 10)).toMatchObject([
      {
        personNo: 1,
        otherPersonNo: 2,
        startMs: MIDNIGHT_MS - 20_000,
        endMs: MIDNIGHT_MS + 20_000,
        fixCount: 2,
        otherFixCount: 2,
      },
    ])
  })
})
