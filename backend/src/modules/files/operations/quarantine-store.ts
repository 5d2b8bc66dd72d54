import type { FileEvent } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { QuarantinedFile } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import { fileEventMessage, fileName, fileVersionMessage } from '../files/file-messages.ts'
import { purposeMessage } from '../policies/policy-messages.ts'
import type { FilePurpose } from '../policies/policy-store.ts'
import { type Database, rows } from '../sql.ts'
import { type FileVersionRow, versionColumns, versionOf } from '../versions/file-version.ts'
import type { FileState } from '../versions/version-state.ts'

interface QuarantinedRow extends FileVersionRow {
  readonly slug: string
  readonly organization_display_name: string
  readonly display_name: string
  readonly purpose: FilePurpose
  readonly owner_display_name: string
  readonly creator_display_name: string
  readonly position: string
}

/** Where a page ended: the time as PostgreSQL writes it, and the id of the version. */
export interface QuarantinePosition {
  readonly time: string
  readonly id: string
}

export interface QuarantineFilter {
  /** None for all of those that are in quarantine. */
  readonly states: readonly FileState[]
  /** Slug; undefined for all. */
  readonly organization: string | undefined
}

/** As SQL: it stands in the statement itself, so that the partial index of these states serves. */
const IN_QUARANTINE = `file_versions.state in ('SCANNING', 'INFECTED', 'REJECTED', 'FAILED')`

const SELECT = `
  select ${versionColumns}, slug, organizations.display_name as organization_display_name, files.display_name,
    purpose, owners.display_name as owner_display_name, creators.display_name as creator_display_name,
    change_time::text as position
  from file_versions
  join files on files.id = file_id
  join organizations on organizations.id = file_versions.organization_id
  join users owners on owners.id = owner_id
  join users creators on creators.id = file_versions.creator_id`

/** Versions that are not released, or were found infected; the latest change first. */
export async function listQuarantined(
  database: Database,
  filter: QuarantineFilter,
  after: QuarantinePosition | undefined,
  limit: number,
): Promise<{ files: readonly QuarantinedFile[]; next: QuarantinePosition | undefined }> {
  const found = await rows<QuarantinedRow>(
    database,
    `${SELECT}
     where ${IN_QUARANTINE}
       and (cardinality($1::text[]) = 0 or file_versions.state = any ($1))
       and ($2::text is null or slug = $2)
       and ($3::timestamptz is null or (change_time, file_versions.id) < ($3, $4::uuid))
     order by change_time desc, file_versions.id desc limit $5`,
    [filter.states, filter.organization ?? null, after?.time ?? null, after?.id ?? null, limit + 1],
  )
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    files: page.map(quarantinedFileMessage),
    next: found.length > limit && last !== undefined ? { time: last.position, id: last.id } : undefined,
  }
}

/** One version, in whatever state it is; undefined when there is none. */
export async function quarantinedFile(
  database: Database,
  versionId: string,
): Promise<QuarantinedFile | undefined> {
  const [row] = await rows<QuarantinedRow>(database, `${SELECT} where file_versions.id = $1`, [versionId])
  return row === undefined ? undefined : quarantinedFileMessage(row)
}

interface EventRow {
  readonly id: string
  readonly time: Date
  readonly version: number | null
  readonly kind: string
  readonly from_state: FileState | null
  readonly to_state: FileState | null
  readonly actor_id: string | null
  readonly actor_display_name: string | null
  readonly description: string
}

/**
 * What happened to the file of a version that was in quarantine; undefined when there is no such version.
 *
 * @param after id of the last event of the page before
 */
export async function listQuarantineEvents(
  database: Database,
  versionId: string,
  after: string | undefined,
  limit: number,
): Promise<{ events: readonly FileEvent[]; next: string | undefined } | undefined> {
  const [file] = await rows<{ file_id: string }>(
    database,
    `select file_id from file_versions where id = $1 and (
       ${IN_QUARANTINE}
       or exists (select from file_events events
         where events.file_id = file_versions.file_id and events.version = file_versions.version
           and to_state in ('FAILED', 'INFECTED', 'REJECTED')))`,
    [versionId],
  )
  if (file === undefined) return undefined
  const found = await rows<EventRow>(
    database,
    `select file_events.id, time, version, kind, from_state, to_state, description,
       actor_id, users.display_name as actor_display_name
     from file_events left join users on users.id = actor_id
     where file_id = $1 and ($2::bigint is null or file_events.id > $2)
     order by file_events.id limit $3`,
    [file.file_id, after ?? null, limit + 1],
  )
  const page = found.slice(0, limit)
  return { events: page.map(eventMessage), next: found.length > limit ? page.at(-1)?.id : undefined }
}

function quarantinedFileMessage(row: QuarantinedRow): QuarantinedFile {
  return {
    name: `quarantine/${row.id}`,
    organization: `organizations/${row.slug}`,
    organizationDisplayName: row.organization_display_name,
    file: fileName(row.slug, row.file_id),
    displayName: row.display_name,
    purpose: purposeMessage(row.purpose),
    version: fileVersionMessage(versionOf(row), row.creator_display_name),
    ownerDisplayName: row.owner_display_name,
    attempts: row.scan_attempts,
    nextAttemptTime: row.next_scan_time ?? undefined,
    changeTime: row.change_time,
  }
}

function eventMessage(row: EventRow): FileEvent {
  const names = new Map(row.actor_id === null ? [] : [[row.actor_id, row.actor_display_name ?? '']])
  return fileEventMessage(
    {
      id: BigInt(row.id),
      time: row.time,
      version: row.version ?? undefined,
      kind: row.kind,
      from: row.from_state ?? undefined,
      to: row.to_state ?? undefined,
      actorId: row.actor_id ?? undefined,
      description: row.description,
    },
    names,
  )
}
