import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConnectionRule } from '../connections/connection-rule.ts'
import { DEFAULT_RULE } from '../connections/connection-rule.ts'
import { type ConnectionsPayload, type ConnectionsValue, FIXES_FILE } from './connections-payload.ts'
import { connectionsService } from './connections-service.ts'
import { type FullDay, writeFullDay } from './testing/full-day.ts'

const START_MS = Date.UTC(2026, 10, 20)
const DAY_MS = 86_400_000
const MEBIBYTE = 1024 ** 2
const limitBytes = connectionsService.limits.memoryBytes
const officeDay: FullDay = {
  people: 2_000,
  everyS: 60,
  fromHour: 0,
  toHour: 24,
  colleagues: 20,
  inStep: false,
}
/** FAIRLEAD_FULL_DAY=1 searches all of it: what memory that takes is the same after some hours. */
const isFull = process.env['FAIRLEAD_FULL_DAY'] !== undefined

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-day-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Searched {
  readonly value: ConnectionsValue
  readonly files: readonly string[]
  readonly peakBytes: number
}

/** In a process with the options that those of tasks have. */
async function searched(day: FullDay, rule: ConnectionRule = DEFAULT_RULE): Promise<Searched> {
  const [inputFolder, made] = [join(folder, 'in'), join(folder, 'made')]
  mkdirSync(inputFolder)
  mkdirSync(made)
  const fixes = writeFullDay(join(inputFolder, FIXES_FILE), START_MS, day)
  const payload = { rule, startMs: START_MS, endMs: START_MS + DAY_MS } as ConnectionsPayload
  const entry = new URL('./testing/search-process.ts', import.meta.url)
  const child = fork(entry, [JSON.stringify({ inputFolder, folder: made, payload })], {
    execArgv: [`--max-old-space-size=${(0.75 * limitBytes) / MEBIBYTE}`, '--max-semi-space-size=16'],
  })
  const exited = once(child, 'exit')
  const told = once(child, 'message')
  const [first] = await Promise.race([told, exited])
  await exited
  expect(first, 'the process ended without an answer').toHaveProperty('value')
  const { value, files, peakBytes } = first as Searched
  expect(value.fixes).toBe(fixes)
  if (isFull) process.stdout.write(`${fixes} fixes: ${Math.round(peakBytes / MEBIBYTE)} MiB at most\n`)
  return { value, files, peakBytes }
}

test('a day of 2,000 people is searched in half of the memory that a task may take', {
  timeout: 900_000,
}, async () => {
  const day = isFull ? officeDay : { ...officeDay, fromHour: 7.5, toHour: 8.5 }
  const { value, peakBytes } = await searched(day)
  // Everybody and each of those at home, and then each of those at work.
  expect(value.parts).toBeGreaterThan(10_000)
  expect(peakBytes).toBeLessThan(limitBytes * 0.6)
})

test('a crowd of which everybody is near everybody at the same moments is searched within the limit', {
  timeout: 900_000,
}, async () => {
  const people = isFull ? 2_000 : 450
  const day = { ...officeDay, people, colleagues: people, inStep: true, fromHour: 8, toHour: 8.05 }
  const { value, files, peakBytes } = await searched(day)
  const pairs = (people * (people - 1)) / 2
  // More than are kept open, so that pairs are told in several parts; and still in one file.
  expect(value.parts).toBeGreaterThan(pairs)
  expect(files).toHaveLength(2)
  expect(peakBytes).toBeLessThan(limitBytes)
})
