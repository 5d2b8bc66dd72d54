import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { CollectInput, InputOrder, TaskInput } from '../../jobs/index.ts'
import { coverage } from '../consent/index.ts'
import { addShown, recordLook } from '../looks/index.ts'
import { organizationNo } from '../organization-no.ts'
import { rows } from '../sql.ts'
import { CONNECTIONS_METHOD } from './connections-method.ts'
import {
  type ConnectionsPayload,
  FIXES_FILE,
  NUMBERS_FILE,
  PERSONS_FILE,
  type ShownPerson,
} from './connections-payload.ts'
import { fixRecordSql } from './fix-records.ts'

const BUCKET_MS = 300_000
const DAY_MS = 86_400_000
const FIRST_STEP_MS = 3_600_000
const LEAST_STEP_MS = 5_000
/** Of one statement: more is asked for less time at once, and less for more. */
const MUCH_BYTES = 16 * 1024 ** 2
const LITTLE_BYTES = 4 * 1024 ** 2
/** Persons in a statement. */
const SHOWN_AT_ONCE = 1_000

export interface ConnectionsInputOptions {
  readonly dataSource: DataSource
  /** Of the fixes of one task, on the worker's disk. Default 4 GiB: some 119 million fixes. */
  readonly maxBytes?: number
}

/** Gives the tasks of connections the fixes that consents cover, and their collect the names of those it may show. */
export function connectionsInput({
  dataSource,
  maxBytes = 4 * 1024 ** 3,
}: ConnectionsInputOptions): TaskInput {
  return {
    async write(order) {
      order.signal.throwIfAborted()
      switch (order.step) {
        case 'run':
          return writeFixes(dataSource, order, order.payload as ConnectionsPayload, maxBytes)
        case 'collect':
          return writePersons(dataSource, order, order.payload as CollectInput)
        default:
          order.step satisfies never
      }
    },
  }
}

/** Written down before anything is read: once a job, by whichever of its tasks begins first. */
async function recordJobsLook(
  dataSource: DataSource,
  { jobId, organizationId, ownerId }: InputOrder,
  { purposeId, reason, windowStartMs, windowEndMs, rule }: ConnectionsPayload,
): Promise<void> {
  await recordLook(dataSource, {
    id: jobId,
    organizationId,
    actorId: ownerId,
    method: CONNECTIONS_METHOD,
    purposeId,
    reason,
    window: { start: new Date(windowStartMs), end: new Date(windowEndMs) },
    details: {
      job: jobId,
      distanceM: rule.distanceM,
      withinS: rule.withinMs / 1000,
      episodeGapS: rule.episodeGapMs / 1000,
      accuracy: rule.accuracy,
    },
  })
}

async function writeFixes(
  dataSource: DataSource,
  order: InputOrder,
  payload: ConnectionsPayload,
  maxBytes: number,
): Promise<void> {
  await recordJobsLook(dataSource, order, payload)
  const no = await organizationNo(dataSource, order.organizationId)
  // A contact belongs to the task in which it starts; its later fix may be of the next one.
  const endMs = Math.min(payload.windowEndMs, payload.endMs + payload.rule.withinMs)
  const file = await open(join(order.folder, FIXES_FILE), 'wx')
  try {
    let written = 0
    let stepMs = FIRST_STEP_MS
    for (let fromMs = payload.startMs; fromMs < endMs; ) {
      order.signal.throwIfAborted()
      const toMs = Math.min(endMs, fromMs + stepMs)
      const bytes = await fixesBetween(dataSource, order.organizationId, payload.purposeId, no, fromMs, toMs)
      written += bytes.length
      if (written > maxBytes) throw tooManyFixes(maxBytes)
      await writeAll(file, bytes)
      fromMs = toMs
      if (bytes.length > MUCH_BYTES) stepMs = Math.max(LEAST_STEP_MS, stepMs / 2)
      else if (bytes.length < LITTLE_BYTES) stepMs = Math.min(DAY_MS, stepMs * 2)
    }
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done)).bytesWritten
  }
}

/** Records of the covered fixes, in the order of time; made by the database, so that a fix costs this process nothing. */
async function fixesBetween(
  dataSource: DataSource,
  organizationId: string,
  purposeId: string,
  organization: number,
  fromMs: number,
  toMs: number,
): Promise<Buffer> {
  const [found] = await rows<{ records: Buffer | null }>(
    dataSource,
    `with covered as materialized (${coverage('$1', '$2')})
     select string_agg(${fixRecordSql}, ''::bytea order by fixes.recorded_at, fixes.device_no) as records
     from fixes join covered using (person_no)
     where fixes.organization_no = $3 and fixes.bucket between $4 and $5
       and fixes.recorded_at >= $6 and fixes.recorded_at < $7 and covered.covered @> fixes.recorded_at`,
    [
      organizationId,
      purposeId,
      organization,
      Math.floor(fromMs / BUCKET_MS),
      Math.floor((toMs - 1) / BUCKET_MS),
      new Date(fromMs),
      new Date(toMs),
    ],
  )
  return found?.records ?? Buffer.alloc(0)
}

/**
 * Those whom the results will show are written down as shown, before there are results. Who was erased, or withdrew,
 * since their fixes were read is left out.
 */
async function writePersons(dataSource: DataSource, order: InputOrder, input: CollectInput): Promise<void> {
  const numbers = await personNumbers(order.folder, input)
  const persons: ShownPerson[] = []
  for (let start = 0; start < numbers.length; start += SHOWN_AT_ONCE) {
    order.signal.throwIfAborted()
    const found = await rows<ShownPerson>(
      dataSource,
      `select person_no as no, id, display_name as name from persons
       where organization_id = $1 and person_no = any ($2::int[])`,
      [order.organizationId, numbers.slice(start, start + SHOWN_AT_ONCE)],
    )
    const shown = await addShown(
      dataSource,
      order.jobId,
      found.map(({ id }) => id),
    )
    persons.push(...found.filter(({ id }) => shown.has(id)))
  }
  await writeFile(join(order.folder, PERSONS_FILE), JSON.stringify(persons))
}

async function personNumbers(folder: string, { tasks }: CollectInput): Promise<number[]> {
  const numbers = new Set<number>()
  for (const name of tasks.flatMap(({ files }) => files ?? [])) {
    if (!name.endsWith(NUMBERS_FILE)) continue
    const found: readonly number[] = JSON.parse(await readFile(join(folder, name), 'utf8'))
    for (const no of found) numbers.add(no)
  }
  return [...numbers].sort((a, b) => a - b)
}

function tooManyFixes(maxBytes: number): ExecutionFailed {
  const text = `A day has more fixes than a task may read, ${Math.floor(maxBytes / 1024 ** 2)} MiB. Ask for less than a day at once.`
  return new ExecutionFailed('INPUT_LIMIT_EXCEEDED', text, false)
}
