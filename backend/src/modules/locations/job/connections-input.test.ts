import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Random } from '../../../random.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { DEFAULT_RULE } from '../connections/connection-rule.ts'
import { LocationRows } from '../connections/testing/location-rows.ts'
import type { TrackFix } from '../connections/track-fix.ts'
import { connectionsInput } from './connections-input.ts'
import { type ConnectionsPayload, FIXES_FILE } from './connections-payload.ts'
import { FIX_RECORD_BYTES, fixOfRecord } from './fix-records.ts'

const PERSONS = 40
const START_MS = Date.UTC(2026, 10, 20)
const DAY_MS = 86_400_000
const AT_ONCE = 50

let database: TestDatabase
let stored: LocationRows
let actorId: string
let folder: string

beforeAll(async () => {
  database = await createTestDatabase()
  stored = await LocationRows.create(database.dataSource, PERSONS)
  actorId = v7()
  await database.dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'test', 'a', 'a@example.org', 'Alice')`,
    [actorId],
  )
  await stored.consent(Array.from({ length: PERSONS }, (_, index) => ({ personNo: index + 1 })))
  await stored.replaceFixes(crowd())
})
afterAll(() => database.drop())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-input-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Most of a day in one minute, many of them in the same millisecond, and a few over the rest of it. */
function crowd(): TrackFix[] {
  const random = new Random(5)
  const fixes = new Map<string, TrackFix>()
  for (let count = 0; count < 2_000; count++) {
    const personNo = random.integer(1, PERSONS)
    const second = count % 10 === 0 ? random.integer(0, 86_399) : 43_200 + random.integer(0, 60)
    const timeMs = START_MS + second * 1000
    fixes.set(`${personNo} ${timeMs}`, {
      personNo,
      deviceNo: 10 * personNo,
      timeMs,
      latitude: 47,
      longitude: 8,
      accuracyM: 0,
    })
  }
  return [...fixes.values()].sort((a, b) => a.timeMs - b.timeMs || a.deviceNo - b.deviceNo)
}

/** The database, with how many fixes each of its answers had. */
function counted(answered: (fixes: number) => void): DataSource {
  return {
    async query(text: string, values: unknown[]) {
      const answer = await database.dataSource.query(text, values)
      const records: Buffer | null | undefined = answer[0]?.records
      if (records !== undefined) answered((records?.length ?? 0) / FIX_RECORD_BYTES)
      return answer
    },
    transaction: database.dataSource.transaction.bind(database.dataSource),
  } as unknown as DataSource
}

function write(dataSource: DataSource, signal: AbortSignal): Promise<void> {
  const payload: ConnectionsPayload = {
    purposeId: stored.scope.purposeId,
    reason: 'A dense day is read.',
    windowStartMs: START_MS,
    windowEndMs: START_MS + DAY_MS,
    startMs: START_MS,
    endMs: START_MS + DAY_MS,
    rule: DEFAULT_RULE,
    formats: ['csv'],
  }
  return connectionsInput({ dataSource, fixesAtOnce: AT_ONCE }).write({
    jobId: v7(),
    organizationId: stored.scope.organizationId,
    ownerId: actorId,
    step: 'run',
    payload,
    folder,
    signal,
  })
}

test('a day is read a few fixes at a time, however many there are in a moment, and each once', async () => {
  const answers: number[] = []
  await write(
    counted((fixes) => answers.push(fixes)),
    new AbortController().signal,
  )
  const bytes = readFileSync(join(folder, FIXES_FILE))
  const written = Array.from({ length: bytes.length / FIX_RECORD_BYTES }, (_, index) =>
    fixOfRecord(bytes, index * FIX_RECORD_BYTES),
  )
  expect(written).toEqual(crowd())
  expect(written.length).toBeGreaterThan(20 * AT_ONCE)
  expect(Math.max(...answers)).toBe(AT_ONCE)
  // And not so few that a quiet day takes a statement for each of its minutes.
  expect(answers.length).toBeLessThan(written.length / 4)
})

test('a job that is cancelled reads no further than the answer that it is at', async () => {
  const cancelled = new AbortController()
  const answers: number[] = []
  const writing = write(
    counted((fixes) => {
      answers.push(fixes)
      if (fixes > 0) cancelled.abort()
    }),
    cancelled.signal,
  )
  await expect(writing).rejects.toThrow(/abort/)
  expect(answers.filter((fixes) => fixes > 0)).toHaveLength(1)
  expect(existsSync(join(folder, FIXES_FILE))).toBe(true)
})
