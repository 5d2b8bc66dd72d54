import { closeSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { MadeFile, TaskReport, TaskResult } from '../../jobs/index.ts'
import {
  type ConnectionsPayload,
  type ConnectionsValue,
  FIXES_FILE,
  NUMBERS_FILE,
  partsFile,
} from './connections-payload.ts'
import { compareParts, type EpisodePart } from './episode-part.ts'
import { FIX_RECORD_BYTES, fixOfRecord } from './fix-records.ts'
import { partsInOrder } from './merge-parts.ts'
import { PairSweep } from './pair-sweep.ts'
import { PartReader, writeParts } from './part-files.ts'

const READ_RECORDS = 8192
/** Of the parts that are sorted in memory for a file: 8 each, and 1 for each of their shared fixes. */
const FILE_WEIGHT = 800_000
const PART_WEIGHT = 8

/** Finds the parts of episodes in the task's stretch of time, from the fixes in its input folder. */
export async function runConnections(payload: ConnectionsPayload, report: TaskReport): Promise<TaskResult> {
  const { inputFolder } = report
  if (inputFolder === undefined)
    throw new Error('connections are found in fixes, and the task was given none')
  const files = new PartFiles(report.folder)
  const { rule, startMs, endMs } = payload
  const sweep = new PairSweep({ rule, startMs, endMs, found: (part) => files.add(part) })
  const fixes = await eachFix(join(inputFolder, FIXES_FILE), sweep, report)
  sweep.finish()
  const made = files.finish()
  report.log(`${fixes} fixes, ${files.parts} parts of episodes`)
  const value: ConnectionsValue = { parts: files.parts, fixes }
  return { files: made, value }
}

async function eachFix(path: string, sweep: PairSweep, report: TaskReport): Promise<number> {
  const file = openSync(path, 'r')
  try {
    const { size } = statSync(path)
    const buffer = Buffer.allocUnsafe(READ_RECORDS * FIX_RECORD_BYTES)
    let done = 0
    let end = 0
    for (;;) {
      const read = readSync(file, buffer, end, buffer.length - end, null)
      end += read
      const whole = end - (end % FIX_RECORD_BYTES)
      for (let at = 0; at < whole; at += FIX_RECORD_BYTES) sweep.add(fixOfRecord(buffer, at))
      buffer.copy(buffer, 0, whole, end)
      end -= whole
      done += whole
      if (read === 0) break
      report.progress(done / size)
      // The worker may have something to say meanwhile.
      await setImmediate()
    }
    if (end > 0) throw new Error('the file of fixes ends within one')
    return done / FIX_RECORD_BYTES
  } finally {
    closeSync(file)
  }
}

/** Sorted files of parts, each of as many as memory takes. */
class PartFiles {
  parts = 0
  readonly #folder: string
  #files: string[] = []
  readonly #persons = new Set<number>()
  #waiting: EpisodePart[] = []
  #weight = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  add(part: EpisodePart): void {
    this.parts += 1
    this.#persons.add(part.personNo).add(part.otherPersonNo)
    this.#waiting.push(part)
    this.#weight += PART_WEIGHT + part.own.shared.length + part.other.shared.length
    if (this.#weight >= FILE_WEIGHT) this.#write()
  }

  /** The files, after one that tells who is in them. */
  finish(): MadeFile[] {
    if (this.#waiting.length > 0) this.#write()
    if (this.#files.length > 1) this.#merge()
    writeFileSync(join(this.#folder, NUMBERS_FILE), JSON.stringify([...this.#persons]))
    return [NUMBERS_FILE, ...this.#files].map((fileName) => ({
      fileName,
      mediaType: fileName === NUMBERS_FILE ? 'application/json' : 'application/octet-stream',
      sourceId: '',
      stencil: '',
    }))
  }

  /** Of each task one file: the collect reads those of all tasks at once. */
  #merge(): void {
    const paths = this.#files.map((fileName) => join(this.#folder, fileName))
    const readers = paths.map((path) => new PartReader(path))
    const fileName = partsFile(this.#files.length)
    try {
      writeParts(join(this.#folder, fileName), partsInOrder(readers))
    } finally {
      for (const reader of readers) reader.close()
    }
    for (const path of paths) rmSync(path)
    this.#files = [fileName]
  }

  #write(): void {
    const fileName = partsFile(this.#files.length)
    writeParts(join(this.#folder, fileName), this.#waiting.sort(compareParts))
    this.#files.push(fileName)
    this.#waiting = []
    this.#weight = 0
  }
}
