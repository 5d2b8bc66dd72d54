import {
  ConnectionSearch,
  cellNeighbours,
  DEFAULT_RULE,
  type Episode,
  type Span,
} from '../../../backend/src/modules/locations/connections/index.ts'
import {
  askPerFix,
  makeReference,
  type ReferenceEpisode,
  referenceEpisodes,
} from '../../../backend/src/modules/locations/connections/testing/postgis-reference.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { timed } from '../timed.ts'
import { type FixTables, makeFixTables } from './fix-tables.ts'
import { geolifeFile, geolifeTracks } from './geolife.ts'
import { FIRST_DAY_MS, FIXES_EACH, walkersFixes } from './walkers.ts'

const MILLION = 1_000_000
const COMPARED = 10
const DAY_MS = 86_400_000
const ROUNDS = 3
/** Of several households and workplaces. */
const PEOPLE = [1, 7, 77, 101, 201, 301, 401]
/** Whom the slowest way is asked about, once. */
const PATIENT = 301

/**
 * Whom one person met in one day, within 100 m and 60 s, from tables of 1 to 30 million fixes: the product's statement
 * against PostGIS and against a statement for each fix, on the same server. FAIRLEAD_BENCH_MILLIONS=1,10 takes other
 * sizes; without POSTGIS_URL there is no reference.
 */
export async function run(): Promise<BenchReport> {
  const millions = (process.env['FAIRLEAD_BENCH_MILLIONS'] ?? '1,10,30').split(',').map(Number)
  const postgis = process.env['POSTGIS_URL']
  const server = postgis === undefined ? await startPostgresServer(['shared_buffers=512MB']) : undefined
  const url = postgis ?? server?.url('postgres') ?? ''
  const lines: BenchLine[] = []
  const medians: number[] = []
  try {
    for (const size of millions) {
      const people = (size * MILLION) / FIXES_EACH
      const tables = await makeFixTables(url, `fairlead_bench_${size}`, people, (no) =>
        walkersFixes(people, no),
      )
      try {
        const ms = await askedOfAll(tables, { startMs: FIRST_DAY_MS, endMs: FIRST_DAY_MS + DAY_MS })
        medians.push(ms)
        lines.push({
          label: `a day of one of ${people} people, ${size} million fixes`,
          value: ms,
          unit: 'ms',
        })
        if (size === COMPARED && postgis !== undefined)
          lines.push(...(await compared(tables, FIRST_DAY_MS, PEOPLE, 'cities')))
      } finally {
        await tables.drop()
      }
    }
    const [first, last] = [medians[0], medians.at(-1)]
    if (first !== undefined && last !== undefined && millions.length > 1)
      lines.push({
        label: `${millions.at(-1)} million fixes against ${millions[0]} million`,
        value: last,
        unit: 'ms',
        reference: first,
        ratio: last / first,
        target: '<= 1.5',
      })
    const file = geolifeFile()
    if (file !== undefined && postgis !== undefined) lines.push(...(await ofGeolife(url, file)))
  } finally {
    await server?.stop()
  }
  return { name: 'connections', lines }
}

async function ofGeolife(url: string, file: string): Promise<BenchLine[]> {
  const tracks = geolifeTracks(file, COMPARED * MILLION)
  const tables = await makeFixTables(url, 'fairlead_bench_geolife', tracks.people, tracks.fixes)
  try {
    return await compared(tables, tracks.dayMs, [1], 'GeoLife')
  } finally {
    await tables.drop()
  }
}

function dayOf(personNo: number, dayMs: number) {
  return {
    personNo,
    startMs: dayMs,
    endMs: dayMs + DAY_MS,
    distanceM: DEFAULT_RULE.distanceM,
    withinS: DEFAULT_RULE.withinMs / 1000,
    gapS: DEFAULT_RULE.episodeGapMs / 1000,
  }
}

async function episodesOf(tables: FixTables, personNo: number, window: Span): Promise<Episode[]> {
  const search = new ConnectionSearch(tables.dataSource, cellNeighbours)
  const episodes: Episode[] = []
  for await (const step of search.steps({ scope: tables.scope, personNo, window, rule: DEFAULT_RULE }))
    episodes.push(...step.episodes)
  return episodes.sort((a, b) => a.startMs - b.startMs || a.otherPersonNo - b.otherPersonNo)
}

/** Milliseconds, the median of all people and rounds after a first one. */
async function askedOfAll(
  tables: FixTables,
  window: Span,
  people: readonly number[] = PEOPLE,
): Promise<number> {
  for (const personNo of people) await episodesOf(tables, personNo, window)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++)
    for (const personNo of people) times.push(await timed(() => episodesOf(tables, personNo, window)))
  return median(times)
}

/** The product beside the references, in turns; all give the same episodes. */
async function compared(
  tables: FixTables,
  dayMs: number,
  people: readonly number[],
  what: string,
): Promise<BenchLine[]> {
  const { dataSource } = tables
  const window = { startMs: dayMs, endMs: dayMs + DAY_MS }
  const lines: BenchLine[] = []
  const against = (label: string, value: number, reference: number, target?: string) =>
    lines.push({
      label: `${what}: against ${label}`,
      value,
      unit: 'ms',
      reference,
      ratio: value / reference,
      ...(target === undefined ? {} : { target }),
    })

  await makeReference(dataSource, true)
  const [ours, theirs, perFix]: number[][] = [[], [], []]
  for (const personNo of people) {
    const query = dayOf(personNo, dayMs)
    expectSame(await episodesOf(tables, personNo, window), await referenceEpisodes(dataSource, query))
    ours?.push(await timed(() => episodesOf(tables, personNo, window)))
    theirs?.push(await timed(() => referenceEpisodes(dataSource, query)))
    perFix?.push(await timed(() => askPerFix(dataSource, query)))
  }
  const own = median(ours ?? [])
  against('PostGIS, GiST of place and time', own, median(theirs ?? []), '<= 0.5')
  against('a statement for each fix, GiST of place and time', own, median(perFix ?? []))

  await makeReference(dataSource, false)
  const patient = people.includes(PATIENT) ? PATIENT : (people[0] ?? 1)
  const query = dayOf(patient, dayMs)
  const theirMs = await timed(() => referenceEpisodes(dataSource, query))
  against(
    'PostGIS, GiST of place, one person',
    await timed(() => episodesOf(tables, patient, window)),
    theirMs,
    '<= 0.5',
  )
  return lines
}

function expectSame(ours: readonly Episode[], theirs: readonly ReferenceEpisode[]): void {
  const same =
    ours.length === theirs.length &&
    ours.every((episode, index) => {
      const other = theirs[index]
      return (
        other !== undefined &&
        episode.otherPersonNo === other.person_no &&
        episode.startMs === other.start_ms &&
        episode.endMs === other.end_ms &&
        Math.abs(episode.closestDistanceM - other.closest_m) < 1e-3
      )
    })
  if (!same) throw new Error(`${ours.length} episodes differ from the ${theirs.length} of PostGIS`)
}
