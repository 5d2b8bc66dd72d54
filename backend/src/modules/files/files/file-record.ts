import type { FilePurpose } from '../policies/policy-store.ts'
import { type Database, rows } from '../sql.ts'
import { type FileVersion, type FileVersionRow, versionColumns, versionOf } from '../versions/file-version.ts'
import type { FileState } from '../versions/version-state.ts'

/** How long a file stays in the trash. */
export const TRASH_DAYS = 30

export interface FileRecord {
  readonly id: string
  readonly organizationId: string
  readonly displayName: string
  /** "evidence/2026"; empty for the top. */
  readonly folder: string
  readonly tags: readonly string[]
  readonly description: string
  readonly purpose: FilePurpose
  readonly ownerId: string
  readonly latestVersion: number
  /** Undefined while none is released. */
  readonly releasedVersion: number | undefined
  /** Of the latest version. */
  readonly state: FileState
  readonly sizeBytes: bigint
  readonly createTime: Date
  readonly updateTime: Date
  readonly expireTime: Date | undefined
  readonly trashTime: Date | undefined
}

export interface FileRow {
  readonly id: string
  readonly organization_id: string
  readonly display_name: string
  readonly folder: string
  readonly tags: string[]
  readonly description: string
  readonly purpose: FilePurpose
  readonly owner_id: string
  readonly latest_version: number
  readonly released_version: number | null
  readonly state: FileState
  readonly size_bytes: string
  readonly create_time: Date
  readonly update_time: Date
  readonly expire_time: Date | null
  readonly trash_time: Date | null
}

/** Of files, in place of "*". */
export const fileColumns = [
  'id',
  'organization_id',
  'display_name',
  'folder',
  'tags',
  'description',
  'purpose',
  'owner_id',
  'latest_version',
  'released_version',
  'state',
  'size_bytes',
  'create_time',
  'update_time',
  'expire_time',
  'trash_time',
]
  .map((column) => `files.${column}`)
  .join(', ')

export function fileOf(row: FileRow): FileRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    displayName: row.display_name,
    folder: row.folder,
    tags: row.tags,
    description: row.description,
    purpose: row.purpose,
    ownerId: row.owner_id,
    latestVersion: row.latest_version,
    releasedVersion: row.released_version ?? undefined,
    state: row.state,
    sizeBytes: BigInt(row.size_bytes),
    createTime: row.create_time,
    updateTime: row.update_time,
    expireTime: row.expire_time ?? undefined,
    trashTime: row.trash_time ?? undefined,
  }
}

/** Undefined for one that is absent, or of another organisation. */
export async function readFile(
  database: Database,
  organizationId: string,
  fileId: string,
  lock: '' | 'for update' = '',
): Promise<FileRecord | undefined> {
  const [row] = await rows<FileRow>(
    database,
    `select ${fileColumns} from files where id = $1 and organization_id = $2 ${lock}`,
    [fileId, organizationId],
  )
  return row === undefined ? undefined : fileOf(row)
}

/** Absent ones are left out; in no order. */
export async function readFiles(
  database: Database,
  organizationId: string,
  fileIds: readonly string[],
): Promise<FileRecord[]> {
  const found = await rows<FileRow>(
    database,
    `select ${fileColumns} from files where id = any($1::uuid[]) and organization_id = $2`,
    [fileIds, organizationId],
  )
  return found.map(fileOf)
}

export async function readVersion(
  database: Database,
  fileId: string,
  version: number,
): Promise<FileVersion | undefined> {
  const [row] = await rows<FileVersionRow>(
    database,
    `select ${versionColumns} from file_versions where file_id = $1 and version = $2`,
    [fileId, version],
  )
  return row === undefined ? undefined : versionOf(row)
}

/** The one upload of a file that has not ended. */
export async function readUploading(database: Database, fileId: string): Promise<FileVersion | undefined> {
  const [row] = await rows<FileVersionRow>(
    database,
    `select ${versionColumns} from file_versions where file_id = $1 and state = 'UPLOADING'
     order by version desc limit 1`,
    [fileId],
  )
  return row === undefined ? undefined : versionOf(row)
}

/** By file id: one version of each. */
export async function readVersions(
  database: Database,
  asked: readonly { readonly fileId: string; readonly version: number }[],
): Promise<Map<string, FileVersion>> {
  if (asked.length === 0) return new Map()
  const found = await rows<FileVersionRow>(
    database,
    `select ${versionColumns} from file_versions
     where (file_id, version) in (select * from unnest($1::uuid[], $2::int[]))`,
    [asked.map(({ fileId }) => fileId), asked.map(({ version }) => version)],
  )
  return new Map(found.map((row) => [row.file_id, versionOf(row)]))
}

/** Newest first, those before one. */
export async function listVersions(
  database: Database,
  fileId: string,
  { before, releasedOnly }: { readonly before: number | undefined; readonly releasedOnly: boolean },
  limit: number,
): Promise<FileVersion[]> {
  const found = await rows<FileVersionRow>(
    database,
    `select ${versionColumns} from file_versions
     where file_id = $1 and ($2::int is null or version < $2)
       and (not $3 or state in ('CLEAN', 'UNSCANNED'))
     order by version desc limit $4`,
    [fileId, before ?? null, releasedOnly, limit],
  )
  return found.map(versionOf)
}
