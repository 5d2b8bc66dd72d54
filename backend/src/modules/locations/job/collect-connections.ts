import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { CollectInput, MadeFile, TaskReport } from '../../jobs/index.ts'
import {
  type ConnectionsPayload,
  type EpisodeFormat,
  NUMBERS_FILE,
  PERSONS_FILE,
  type ShownPerson,
} from './connections-payload.ts'
import { csvWriter } from './formats/csv-writer.ts'
import { type EpisodeWriter, episodeRow } from './formats/episode-row.ts'
import { geojsonWriter } from './formats/geojson-writer.ts'
import { parquetWriter } from './formats/parquet-writer.ts'
import { mergeParts } from './merge-parts.ts'
import { PartReader } from './part-files.ts'

interface Format {
  readonly fileName: string
  readonly mediaType: string
  readonly writer: (path: string) => EpisodeWriter
}

const formatsByName: Readonly<Record<EpisodeFormat, Format>> = {
  csv: { fileName: 'connections.csv', mediaType: 'text/csv', writer: csvWriter },
  geojson: {
    fileName: 'connections.geojson',
    mediaType: 'application/geo+json',
    writer: geojsonWriter,
  },
  parquet: {
    fileName: 'connections.parquet',
    mediaType: 'application/vnd.apache.parquet',
    writer: parquetWriter,
  },
}

/** Episodes between two words to the worker, and looks at whether it has something to say. */
const TURN_EPISODES = 5_000

/** Puts together what the tasks found, of those who may be shown. */
export async function collectConnections(input: CollectInput, report: TaskReport): Promise<MadeFile[]> {
  const { inputFolder, folder } = report
  if (inputFolder === undefined) throw new Error('parts of episodes are collected, and there are none')
  const failed = input.tasks.find(({ error }) => error !== undefined)
  // Less than the whole would look like nobody met on the days that are missing.
  if (failed !== undefined) {
    const text = `${failed.displayName} could not be searched: ${failed.error?.message ?? ''}`
    throw new ExecutionFailed('CONNECTIONS_INCOMPLETE', text, false)
  }
  const { rule, formats } = payloadOf(input)
  const persons = shownPersons(inputFolder)
  const names = input.tasks.flatMap(({ files }) => files ?? [])
  const readers = names
    .filter((name) => !name.endsWith(NUMBERS_FILE))
    .map((name) => new PartReader(join(inputFolder, name)))
  const made = formats.map((name) => formatsByName[name])
  const writers = made.map(({ fileName, writer }) => writer(join(folder, fileName)))
  let [episodes, merged] = [0, 0]
  const sizeBytes = total(readers.map((reader) => reader.sizeBytes))
  try {
    for (const episode of mergeParts(readers, rule.episodeGapMs)) {
      merged += 1
      if (merged % TURN_EPISODES === 0) {
        report.progress(total(readers.map((reader) => reader.doneBytes)) / sizeBytes)
        await setImmediate()
      }
      const [person, other] = [persons.get(episode.personNo), persons.get(episode.otherPersonNo)]
      if (person === undefined || other === undefined) continue
      const row = episodeRow(episode, person, other)
      for (const writer of writers) writer.add(row)
      episodes += 1
    }
  } finally {
    for (const reader of readers) reader.close()
  }
  for (const writer of writers) writer.finish()
  report.log(`${episodes} episodes`)
  return made.map(({ fileName, mediaType }) => ({ fileName, mediaType, sourceId: '', stencil: '' }))
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

/** What is common to the tasks of a job. */
function payloadOf({ tasks }: CollectInput): ConnectionsPayload {
  const [task] = tasks
  if (task === undefined) throw new Error('there is no task to collect from')
  return task.payload as ConnectionsPayload
}

function shownPersons(folder: string): Map<number, ShownPerson> {
  const persons: readonly ShownPerson[] = JSON.parse(readFileSync(join(folder, PERSONS_FILE), 'utf8'))
  return new Map(persons.map((person) => [person.no, person]))
}
