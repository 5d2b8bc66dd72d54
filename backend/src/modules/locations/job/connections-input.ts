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
import { FIX_RECORD_BYTES, fixOfRecord, fixRecordSql } from './fix-records.ts'

const BUCKET_MS = 300_000
const DAY_MS = 86_400_000
const FIRST_STEP_MS = 900_000
const LEAST_STEP_MS = 5_000
/**
 * Fixes of one statement at most; when there are more, less time is asked for at once, and else more. An answer is in
 * the worker's memory several times over, as digits and as bytes: of 100,000 fixes some 15 MB. It is also how long a
 * job that is cancelled still reads.
 */
const FIXES_AT_ONCE = 100_000
/** A statement that finds less than this part of what it may asks for too little time. */
const FEW = 4
/** Persons in a statement. */
const SHOWN_AT_ONCE = 1_000

export interface ConnectionsInputOptions {
  readonly dataSource: DataSource
  /** Of the fixes of one task, on the worker's disk. Default 4 GiB: some 119 million fixes. */
  readonly maxBytes?: number
  /** Of one statement. Default 100,000. */
  readonly fixesAtOnce?: number
}

/** Gives the tasks of connections the fixes that consents cover, and their collect the names of those it may show. */
export function connectionsInput({
  dataSource,
  maxBytes = 4 * 1024 ** 3,
  fixesAtOnce = FIXES_AT_ONCE,
}: ConnectionsInputOptions): TaskInput {
  const limits = { maxBytes, fixesAtOnce }
  return {
    async write(order) {
      order.signal.throwIfAborted()
      switch (order.step) {
        case 'run':
          return writeFixes(dataSource, order, order.payload as ConnectionsPayload, limits)
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
  { maxBytes, fixesAtOnce }: Required<Omit<ConnectionsInputOptions, 'dataSource'>>,
): Promise<void> {
  await recordJobsLook(dataSource, order, payload)
  const no = await organizationNo(dataSource, order.organizationId)
  // A contact belongs to the task in which it starts; its later fix may be of the next one.
  const endMs = Math.min(payload.windowEndMs, payload.endMs + payload.rule.withinMs)
  const file = await open(join(order.folder, FIXES_FILE), 'wx')
  try {
    let written = 0
    let stepMs = FIRST_STEP_MS
    for (let from: Place = { timeMs: payload.startMs, deviceNo: LEAST_DEVICE_NO }; from.timeMs < endMs; ) {
      order.signal.throwIfAborted()
      const toMs = Math.min(endMs, from.timeMs + Math.floor(stepMs))
      const found = await fixesBetween(dataSource, order, payload, no, { from, toMs, fixesAtOnce })
      written += found.records.length
      if (written > maxBytes) throw tooManyFixes(maxBytes)
      await writeAll(file, found.records)
      from = found.more ?? { timeMs: toMs, deviceNo: LEAST_DEVICE_NO }
      if (found.more !== undefined) stepMs = Math.max(LEAST_STEP_MS, stepMs / 2)
      else if (found.records.length * FEW < fixesAtOnce * FIX_RECORD_BYTES)
        stepMs = Math.min(DAY_MS, stepMs * 2)
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

/** Before a fix, in the order of time and device. */
interface Place {
  readonly timeMs: number
  readonly deviceNo: number
}

/** Before every device's. */
const LEAST_DEVICE_NO = 0

interface Stretch {
  readonly from: Place
  readonly toMs: number
  readonly fixesAtOnce: number
}

interface FoundFixes {
  readonly records: Buffer
  /** Where to go on, if there were too many. */
  readonly more: Place | undefined
}

/** Records of the covered fixes, in the order of time; made by the database, so that a fix costs this process nothing. */
async function fixesBetween(
  dataSource: DataSource,
  { organizationId }: InputOrder,
  { purposeId }: ConnectionsPayload,
  organization: number,
  { from, toMs, fixesAtOnce }: Stretch,
): Promise<FoundFixes> {
  const [found] = await rows<{ records: Buffer | null }>(
    dataSource,
    `with covered as materialized (${coverage('$1', '$2')}),
     part as (
       select fixes.* from fixes join covered using (person_no)
       where fixes.organization_no = $3 and fixes.bucket between $4 and $5
         and fixes.recorded_at >= $6 and fixes.recorded_at < $7 and covered.covered @> fixes.recorded_at
         and (fixes.recorded_at, fixes.device_no) >= ($6, $8)
       order by fixes.recorded_at, fixes.device_no limit $9
     )
     select string_agg(${fixRecordSql}, ''::bytea order by fixes.recorded_at, fixes.device_no) as records
     from part as fixes`,
    [
      organizationId,
      purposeId,
      organization,
      Math.floor(from.timeMs / BUCKET_MS),
      Math.floor((toMs - 1) / BUCKET_MS),
      new Date(from.timeMs),
      new Date(toMs),
      from.deviceNo,
      fixesAtOnce,
    ],
  )
  const records = found?.records ?? Buffer.alloc(0)
  if (records.length < fixesAtOnce * FIX_RECORD_BYTES) return { records, more: undefined }
  const { timeMs, deviceNo } = fixOfRecord(records, records.length - FIX_RECORD_BYTES)
  return { records, more: { timeMs, deviceNo: deviceNo + 1 } }
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
