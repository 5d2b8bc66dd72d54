import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { JobClient } from './job-client.ts'

interface Published {
  readonly job_id: string
  readonly name: string
  readonly object_key: string
  readonly sha256: string
  readonly size_bytes: string
}

/** Results that are fetched as a person would; of all others the store is read. */
const FETCHED = 10

/** Every result can be read and is what its record says, and the store holds nothing of jobs beside them. */
export async function checkObjects(
  database: pg.Client,
  folder: string,
  client: JobClient,
  url: string,
): Promise<string[]> {
  const { rows } = await database.query<Published>(
    `select job_id, name, object_key, sha256, size_bytes from job_results order by object_key`,
  )
  const violations: string[] = []
  const stored = new Set(storedKeys(folder))
  for (const result of rows) {
    if (!stored.delete(result.object_key)) {
      violations.push(`${result.object_key}: published, and not stored`)
      continue
    }
    violations.push(...difference(result, await readFile(join(folder, result.object_key))))
  }
  violations.push(...[...stored].map((key) => `${key}: stored, and no result stands for it`))
  for (const result of rows.filter((_, index) => index % Math.ceil(rows.length / FETCHED) === 0)) {
    const address = await client.resultUrl(`${client.parent}/jobs/${result.job_id}/results/${result.name}`)
    const response = await fetch(new URL(address.url, url))
    violations.push(...difference(result, Buffer.from(await response.arrayBuffer())))
  }
  return violations
}

function difference({ object_key, sha256, size_bytes }: Published, content: Buffer): string[] {
  if (content.length !== Number(size_bytes)) {
    return [`${object_key}: ${content.length} bytes, and its record says ${size_bytes}`]
  }
  const found = createHash('sha256').update(content).digest('hex')
  return found === sha256 ? [] : [`${object_key}: its SHA-256 is not the one of its record`]
}

function storedKeys(folder: string): string[] {
  const jobs = join(folder, 'jobs')
  return filesBelow(jobs).map((path) => relative(folder, path))
}

/** A lease, half of another one, and a sweep before, between and after them: then what the dead left is gone. */
const SCRATCH_REMOVED_MS = 60_000
const LOOK_MS = 500

/** Scratch folders that hold something when nothing runs, or belong to no worker that runs. */
export async function checkScratch(database: pg.Client, folder: string): Promise<string[]> {
  const deadline = performance.now() + SCRATCH_REMOVED_MS
  for (;;) {
    const left = await scratchLeft(database, folder)
    if (left.length === 0 || performance.now() > deadline) return left
    await delay(LOOK_MS)
  }
}

async function scratchLeft(database: pg.Client, folder: string): Promise<string[]> {
  const scratch = join(folder, '.scratch')
  if (!existsSync(scratch)) return []
  const { rows } = await database.query<{ id: string }>(`select id from job_workers`)
  const workers = rows.map(({ id }) => id)
  return readdirSync(scratch, { withFileTypes: true })
    .filter(({ name }) => !workers.includes(name) || filesBelow(join(scratch, name)).length > 0)
    .map(({ name }) => `scratch folder ${name} is left`)
}

/** After the stop, when no process is left that could use any. */
export function checkLeftovers(folder: string): string[] {
  const left = ['.scratch', '.unfinished'].flatMap((name) => filesBelow(join(folder, name)))
  return left.map((path) => `${relative(folder, path)} is left`)
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
