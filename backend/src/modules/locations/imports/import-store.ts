import { type Database, rows } from '../sql.ts'
import type { FixImportRecord, FixImportState, ImportFigures, NewFixImport } from './fix-import.ts'
import type { FixFileFormat, RejectedRow } from './formats/index.ts'

/** Of one organisation that read their files at a time; each takes some megabytes of memory. */
export const RUNNING_MAX = 3
/** Of one organisation that wait for their files. */
export const WAITING_MAX = 100

interface ImportRow {
  id: string
  organization_id: string
  creator_id: string
  file_name: string
  format: FixFileFormat | null
  state: FixImportState
  of_device: boolean
  device_id: string | null
  create_missing: boolean
  time_zone: string
  size_bytes: string
  bytes_read: string
  rows_read: string
  accepted: string
  duplicates: string
  rejected: string
  rejections: RejectedRow[]
  failure: string
  devices_created: number
  create_time: Date
  expire_time: Date
  end_time: Date | null
}

const columns = `id, organization_id, creator_id, file_name, format, state, of_device, device_id, create_missing, time_zone,
  size_bytes, bytes_read, rows_read, accepted, duplicates, rejected, failure, devices_created, create_time, expire_time,
  end_time`

export class ImportStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Undefined where too many wait already. */
  async insert(made: NewFixImport): Promise<FixImportRecord | undefined> {
    const inserted = await rows<ImportRow>(
      this.#database,
      `insert into fix_imports (id, organization_id, creator_id, file_name, format, of_device, device_id, create_missing,
         time_zone, size_bytes, expire_time)
       select $1, $2, $3, $4, $5, $6::uuid is not null, $6, $7, $8, $9, $10
       where (select count(*) from fix_imports where organization_id = $2 and state = 'WAITING') < ${WAITING_MAX}
       returning ${columns}, rejections`,
      [
        made.id,
        made.organizationId,
        made.creatorId,
        made.fileName,
        made.format ?? null,
        made.deviceId ?? null,
        made.createMissing,
        made.timeZone,
        made.sizeBytes,
        made.expireTime,
      ],
    )
    return inserted.map(recordOf)[0]
  }

  /** By its id alone: for whoever proved to hold its address. */
  async find(id: string): Promise<FixImportRecord | undefined> {
    const found = await rows<ImportRow>(
      this.#database,
      `select ${columns}, rejections from fix_imports where id = $1`,
      [id],
    )
    return found.map(recordOf)[0]
  }

  /** Newest first, after `afterId`. */
  async page(organizationId: string, afterId: string | undefined, size: number): Promise<FixImportRecord[]> {
    const found = await rows<ImportRow>(
      this.#database,
      `select ${columns}, '[]'::jsonb as rejections from fix_imports
       where organization_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [organizationId, afterId ?? null, size],
    )
    return found.map(recordOf)
  }

  /** WAITING -> RUNNING, once, and where not too many run. */
  async begin(id: string): Promise<boolean> {
    const begun = await rows(
      this.#database,
      `update fix_imports set state = 'RUNNING', heartbeat_time = now()
       where id = $1 and state = 'WAITING' and expire_time > now()
         and (select count(*) from fix_imports running
              where running.organization_id = fix_imports.organization_id and running.state = 'RUNNING') < ${RUNNING_MAX}
       returning id`,
      [id],
    )
    return begun.length > 0
  }

  /** False when it no longer runs: it was cancelled. */
  async progress(id: string, format: FixFileFormat | undefined, figures: ImportFigures): Promise<boolean> {
    const kept = await rows(
      this.#database,
      `update fix_imports set heartbeat_time = now(), format = coalesce($2, format), ${figuresSet}
       where id = $1 and state = 'RUNNING' returning id`,
      [id, format ?? null, ...figuresOf(figures)],
    )
    return kept.length > 0
  }

  /** Adds to those that are kept: some of them may have been taken out since, of persons who were erased. */
  async addRejections(id: string, rejections: readonly RejectedRow[]): Promise<void> {
    await rows(this.#database, `update fix_imports set rejections = rejections || $2::jsonb where id = $1`, [
      id,
      // PostgreSQL keeps no U+0000, and no half of a surrogate pair.
      JSON.stringify(rejections, (_, value) =>
        typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value,
      ),
    ])
  }

  /** The last figures; its state unless it was cancelled meanwhile. */
  async end(
    id: string,
    state: FixImportState,
    failure: string,
    figures: ImportFigures,
  ): Promise<FixImportRecord | undefined> {
    const ended = await rows<ImportRow>(
      this.#database,
      `update fix_imports set state = case state when 'RUNNING' then $2 else state end,
         failure = case state when 'RUNNING' then $3 else failure end, end_time = coalesce(end_time, now()),
         ${figuresSet.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) + 1}`)}
       where id = $1 returning ${columns}, rejections`,
      [id, state, failure, ...figuresOf(figures)],
    )
    return ended.map(recordOf)[0]
  }

  /** Undefined when it has ended already, or is not of the organisation. */
  async cancel(organizationId: string, id: string): Promise<FixImportRecord | undefined> {
    const cancelled = await rows<ImportRow>(
      this.#database,
      `update fix_imports set state = 'CANCELLED', end_time = now()
       where id = $1 and organization_id = $2 and state in ('WAITING', 'RUNNING')
       returning ${columns}, rejections`,
      [id, organizationId],
    )
    return cancelled.map(recordOf)[0]
  }

  async deviceExists(organizationId: string, deviceId: string): Promise<boolean> {
    const found = await rows(this.#database, 'select 1 from devices where id = $1 and organization_id = $2', [
      deviceId,
      organizationId,
    ])
    return found.length > 0
  }
}

const figuresSet =
  'bytes_read = $3, rows_read = $4, accepted = $5, duplicates = $6, rejected = $7, devices_created = $8'

function figuresOf(figures: ImportFigures): number[] {
  const { bytesRead, rowsRead, accepted, duplicates, rejected, devicesCreated } = figures
  return [bytesRead, rowsRead, accepted, duplicates, rejected, devicesCreated]
}

function recordOf(row: ImportRow): FixImportRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    creatorId: row.creator_id,
    fileName: row.file_name,
    format: row.format ?? undefined,
    state: row.state,
    ofDevice: row.of_device,
    deviceId: row.device_id ?? undefined,
    createMissing: row.create_missing,
    timeZone: row.time_zone,
    sizeBytes: Number(row.size_bytes),
    bytesRead: Number(row.bytes_read),
    rowsRead: Number(row.rows_read),
    accepted: Number(row.accepted),
    duplicates: Number(row.duplicates),
    rejected: Number(row.rejected),
    rejections: row.rejections.toSorted((a, b) => a.line - b.line),
    failure: row.failure,
    devicesCreated: row.devices_created,
    createTime: row.create_time,
    expireTime: row.expire_time,
    endTime: row.end_time ?? undefined,
  }
}
