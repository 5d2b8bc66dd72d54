import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../../../random.ts'
import type { CollectInput } from '../../jobs/index.ts'
import { DEFAULT_RULE } from '../connections/connection-rule.ts'
import { collectConnections } from './collect-connections.ts'
import { PERSONS_FILE } from './connections-payload.ts'
import type { EpisodePart } from './episode-part.ts'
import { writeParts } from './part-files.ts'

const START_MS = Date.UTC(2026, 10, 20)
const HOUR_MS = 3_600_000
const PEOPLE = 250
const MEBIBYTE = 1024 ** 2
/** Alike numbers would take no room in Parquet. */
const random = new Random(9)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-collect-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Everybody and everybody else, twice. */
function* parts(): Generator<EpisodePart> {
  for (let personNo = 1; personNo <= PEOPLE; personNo++)
    for (let otherPersonNo = personNo + 1; otherPersonNo <= PEOPLE; otherPersonNo++)
      for (const startMs of [START_MS, START_MS + HOUR_MS]) yield part(personNo, otherPersonNo, startMs)
}

function part(personNo: number, otherPersonNo: number, startMs: number): EpisodePart {
  const fix = (no: number) => ({
    personNo: no,
    deviceNo: no,
    timeMs: startMs,
    latitude: 47 + random.between(0, 1),
    longitude: 8 + random.between(0, 1),
    accuracyM: 0,
  })
  return {
    personNo,
    otherPersonNo,
    startMs,
    endMs: startMs + 60_000,
    closest: { own: fix(personNo), other: fix(otherPersonNo), distanceM: random.between(0, 100) },
    own: { count: 3, shared: [] },
    other: { count: 4, shared: [] },
  }
}

// What it does not write it holds: by how far a file is behind, one that keeps the whole answer shows.
test('results are written as they are put together, and how far they are is told', {
  timeout: 120_000,
}, async () => {
  const [inputFolder, made] = [join(folder, 'in'), join(folder, 'made')]
  mkdirSync(inputFolder)
  mkdirSync(made)
  writeParts(join(inputFolder, 'parts-0000'), parts())
  const persons = Array.from({ length: PEOPLE }, (_, index) => ({
    no: index + 1,
    id: `01900000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`,
    name: `Person ${index + 1}`,
  }))
  writeFileSync(join(inputFolder, PERSONS_FILE), JSON.stringify(persons))
  const names = ['connections.csv', 'connections.geojson', 'connections.parquet']
  const sizes = () => names.map((name) => statSync(join(made, name)).size)
  const told: { fraction: number; bytes: number[] }[] = []
  const payload = { rule: DEFAULT_RULE, formats: ['csv', 'geojson', 'parquet'] }
  const files = await collectConnections(
    {
      tasks: [{ displayName: 'Contacts of a day', payload, files: ['parts-0000'] }],
    } as unknown as CollectInput,
    {
      inputFolder,
      folder: made,
      progress: (fraction) => told.push({ fraction, bytes: sizes() }),
      log: () => undefined,
      openDataset: () => Promise.reject(new Error('connections have no dataset')),
    },
  )
  expect(files.map(({ fileName }) => fileName)).toEqual(names)
  expect(told.length).toBeGreaterThan(10)
  expect(told.map(({ fraction }) => fraction)).toEqual(told.map(({ fraction }) => fraction).toSorted())
  expect(told.at(-1)?.fraction).toBeGreaterThan(0.9)
  const [csv, geojson, parquet] = [0, 1, 2].map((index) => ({
    whole: sizes()[index] ?? 0,
    behind: Math.max(
      ...told.map(({ fraction, bytes }) => fraction * (sizes()[index] ?? 0) - (bytes[index] ?? 0)),
    ),
  }))
  for (const text of [csv, geojson]) {
    expect(text?.whole).toBeGreaterThan(8 * MEBIBYTE)
    expect(text?.behind).toBeLessThan(MEBIBYTE)
  }
  // Of Parquet, 25,000 of the 62,000 rows wait, and a chunk of the file; of one that is written at its end, 0.96.
  expect(parquet?.behind).toBeLessThan(0.9 * (parquet?.whole ?? 0))
})
