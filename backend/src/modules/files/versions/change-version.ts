import type { EntityManager } from 'typeorm'
import { writeEvent } from '../../../outbox/index.ts'
import { moveStorage } from '../quota/storage-quota.ts'
import { rows } from '../sql.ts'
import { notifyFile, notifyScan } from '../watch/file-notice.ts'
import { writeFileEvent } from './file-events.ts'
import { removeContent } from './file-removals.ts'
import { type FileVersion, type FileVersionRow, versionColumns, versionOf } from './file-version.ts'
import { type FileState, isReleased, transitions } from './version-state.ts'

export interface VersionChange {
  readonly to: FileState
  /** A sentence for the file's events. */
  readonly description: string
  /** A user; absent for the system. */
  readonly actorId?: string
  readonly set?: Partial<
    Pick<
      FileVersion,
      | 'sizeBytes'
      | 'sha256'
      | 'mediaType'
      | 'failure'
      | 'objectKey'
      | 'signature'
      | 'scanEngine'
      | 'signatureVersion'
      | 'scanTime'
      | 'scanAttempts'
      | 'scannedBytes'
    > & {
      /** When it is scanned next. Default: at once when it goes to SCANNING, else not at all. */
      readonly nextScanTime: Date
    }
  >
}

interface OwningFile {
  readonly display_name: string
  readonly owner_id: string
  readonly latest_version: number
}

/**
 * Takes a version from one state to another: the one way to. With it go, in the same transaction, what the file
 * shows of it, its event, the organisation's quota, the event for other modules and the notice for those who
 * watch. Undefined, and nothing done, when its state does not allow it, or does not any more.
 */
export async function changeVersion(
  manager: EntityManager,
  versionId: string,
  change: VersionChange,
): Promise<FileVersion | undefined> {
  const locked = await lockVersion(manager, versionId)
  if (locked === undefined) return undefined
  const { file, version: before } = locked
  if (!transitions[before.state].includes(change.to)) return undefined
  const after = await writeVersion(manager, before, change)
  if (before.objectKey !== undefined && after.objectKey !== before.objectKey && isOver(change.to)) {
    await removeContent(manager, { objectKey: before.objectKey, uploadId: before.uploadId })
  }
  await refreshFile(manager, after.fileId)
  await moveStorage(manager, after.organizationId, {
    usedBytes: usedBytes(after) - usedBytes(before),
    reservedBytes: reservedBytes(after) - reservedBytes(before),
  })
  await writeFileEvent(manager, {
    fileId: after.fileId,
    organizationId: after.organizationId,
    version: after.version,
    kind: 'state',
    from: before.state,
    to: after.state,
    actorId: change.actorId,
    description: change.description,
  })
  await announce(manager, file, before, after)
  await notifyFile(manager, after.organizationId, after.fileId)
  if (after.state === 'SCANNING') await notifyScan(manager, after.id)
  return after
}

/** Locks a version behind its file, in the order in which everyone locks them. */
export async function lockVersion(
  manager: EntityManager,
  versionId: string,
): Promise<{ readonly file: OwningFile; readonly version: FileVersion } | undefined> {
  const [file] = await rows<OwningFile>(
    manager,
    `select display_name, owner_id, latest_version from files
     where id = (select file_id from file_versions where id = $1) for update`,
    [versionId],
  )
  const [row] = await rows<FileVersionRow>(
    manager,
    `select ${versionColumns} from file_versions where id = $1 for update`,
    [versionId],
  )
  return file === undefined || row === undefined ? undefined : { file, version: versionOf(row) }
}

/** What a file shows of its versions, after one of them changed. */
export async function refreshFile(manager: EntityManager, fileId: string): Promise<void> {
  await rows(
    manager,
    `update files set latest_version = latest.version, state = latest.state, size_bytes = latest.size_bytes,
       released_version = (
         select max(version) from file_versions where file_id = $1 and state in ('CLEAN', 'UNSCANNED')),
       update_time = now()
     from (select version, state, size_bytes from file_versions where file_id = $1
           order by version desc limit 1) as latest
     where files.id = $1`,
    [fileId],
  )
}

/** Bytes that count as used, and as reserved: every version is in one of the two, or in neither. */
export function usedBytes(version: Pick<FileVersion, 'state' | 'objectKey' | 'sizeBytes'>): bigint {
  return version.state !== 'UPLOADING' && version.objectKey !== undefined ? version.sizeBytes : 0n
}

export function reservedBytes(version: Pick<FileVersion, 'state' | 'sizeBytes'>): bigint {
  return version.state === 'UPLOADING' ? version.sizeBytes : 0n
}

/** Whether content in the state is deleted. */
function isOver(state: FileState): boolean {
  return state === 'INFECTED' || state === 'REJECTED'
}

async function writeVersion(
  manager: EntityManager,
  before: FileVersion,
  { to, set = {} }: VersionChange,
): Promise<FileVersion> {
  const objectKey = isOver(to) ? undefined : (set.objectKey ?? before.objectKey)
  const nextScanTime = set.nextScanTime ?? (to === 'SCANNING' ? new Date() : undefined)
  const [row] = await rows<FileVersionRow>(
    manager,
    `update file_versions set state = $2, size_bytes = $3, sha256 = $4, media_type = $5, failure = $6,
       object_key = $7, signature = $8, scan_engine = $9, signature_version = $10, scan_time = $11,
       scan_attempts = $12, scanned_bytes = $13, next_scan_time = $14, scan_lease_time = null, upload_id = null,
       upload_expire_time = null, change_time = now()
     where id = $1 returning ${versionColumns}`,
    [
      before.id,
      to,
      set.sizeBytes ?? before.sizeBytes,
      set.sha256 ?? before.sha256 ?? null,
      set.mediaType ?? before.mediaType,
      // What once failed says nothing of what came of it.
      set.failure ?? (isReleased(to) || to === 'SCANNING' ? '' : before.failure),
      objectKey ?? null,
      set.signature ?? before.signature,
      set.scanEngine ?? before.scanEngine,
      set.signatureVersion ?? before.signatureVersion,
      set.scanTime ?? before.scanTime ?? null,
      set.scanAttempts ?? before.scanAttempts,
      set.scannedBytes ?? before.scannedBytes,
      nextScanTime ?? null,
    ],
  )
  if (row === undefined) throw new Error(`version ${before.id} is gone though it is locked`)
  return versionOf(row)
}

const announced: Readonly<Partial<Record<FileState, string>>> = {
  CLEAN: 'released',
  UNSCANNED: 'released',
  REJECTED: 'rejected',
  INFECTED: 'infected',
}

async function announce(
  manager: EntityManager,
  file: OwningFile,
  before: FileVersion,
  after: FileVersion,
): Promise<void> {
  const what = announced[after.state]
  if (what === undefined || what === announced[before.state]) return
  await writeEvent(manager, {
    routingKey: `files.${what}.${after.organizationId}`,
    payload: {
      file: after.fileId,
      organization: after.organizationId,
      owner: file.owner_id,
      display_name: file.display_name,
      version: after.version,
      signature: after.signature,
      failure: after.failure,
    },
  })
}
