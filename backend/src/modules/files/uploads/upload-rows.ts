import type { EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { invalidField } from '../../../errors/domain-error.ts'
import { shapeOfUpload } from '../../../ports/objects.ts'
import { type Actor, isEntitled } from '../files/actor.ts'
import { sortName, wordsOf } from '../files/file-name.ts'
import { readFile, readUploading } from '../files/file-record.ts'
import {
  fileInTrash,
  fileNotFound,
  notYourFile,
  purposeText,
  tooManyUploads,
  uploadUnderWay,
} from '../files/files-errors.ts'
import { sizeText } from '../files/size-text.ts'
import { policyOf } from '../policies/policy-store.ts'
import { moveStorage, reserveStorage } from '../quota/storage-quota.ts'
import { type Database, rows } from '../sql.ts'
import { lockVersion, refreshFile } from '../versions/change-version.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { quarantineKey } from '../versions/file-keys.ts'
import { removeContent } from '../versions/file-removals.ts'
import { notifyFile } from '../watch/file-notice.ts'
import type { NewFile } from './new-file.ts'

/** An upload that nobody resumes is given up after so long. */
export const UPLOAD_HOURS = 24
/** Of one person in one organisation: a folder that is dropped as a whole fits, and rows without end do not. */
const OPEN_UPLOADS_MAX = 1_000

/** The file that the same request made before; undefined when that is gone, or never was. */
export async function repeatedUpload(
  database: Database,
  { organizationId, userId }: Actor,
  { requestId, versionOf }: NewFile,
): Promise<string | undefined> {
  if (requestId === undefined) return undefined
  const [found] = await rows<{ file_id: string }>(
    database,
    versionOf === undefined
      ? `select id as file_id from files where organization_id = $1 and owner_id = $2 and request_id = $3`
      : `select file_id from file_versions
         where organization_id = $1 and creator_id = $2 and request_id = $3 and file_id = $4 limit 1`,
    [organizationId, userId, requestId, ...(versionOf === undefined ? [] : [versionOf])],
  )
  return found?.file_id
}

/** In a transaction: sets room aside for a new file and its first version; the file's id. */
export async function insertFile(
  manager: EntityManager,
  actor: Actor,
  asked: NewFile,
  quotaBytes: bigint,
): Promise<string> {
  const fileId = v7()
  const { organizationId, userId } = actor
  await reserveStorage(manager, organizationId, asked.sizeBytes, quotaBytes)
  const lifetime = (await policyOf(manager, asked.purpose)).defaultLifetimeS
  await rows(
    manager,
    `insert into files (id, organization_id, display_name, folder, tags, description, purpose, owner_id, state,
       size_bytes, expire_time, request_id, sort_name, words)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'UPLOADING', $9,
       coalesce($10::timestamptz, now() + make_interval(secs => $11)), $12, $13, array_to_tsvector($14))`,
    [
      fileId,
      organizationId,
      asked.displayName,
      asked.folder,
      asked.tags,
      asked.description,
      asked.purpose,
      userId,
      asked.sizeBytes,
      asked.expireTime ?? null,
      lifetime === undefined ? null : Number(lifetime),
      asked.requestId ?? null,
      sortName(asked.displayName),
      wordsOf(asked.displayName, asked.folder, ...asked.tags, asked.description),
    ],
  )
  await insertUpload(manager, actor, asked, fileId, 1)
  return fileId
}

/** In a transaction: the same for a new version of a file. */
export async function insertVersion(
  manager: EntityManager,
  actor: Actor,
  asked: NewFile,
  fileId: string,
  quotaBytes: bigint,
): Promise<string> {
  const file = await readFile(manager, actor.organizationId, fileId, 'for update')
  if (file === undefined) throw fileNotFound()
  if (!isEntitled(actor, file)) throw notYourFile()
  if (file.trashTime !== undefined) throw fileInTrash()
  if (file.purpose !== asked.purpose) {
    throw invalidField('purpose', `is not that of the file, which is for ${purposeText(file.purpose)}.`)
  }
  // The same request, which came first while this one waited for the file.
  if ((await repeatedUpload(manager, actor, asked)) !== undefined) return fileId
  if ((await readUploading(manager, fileId)) !== undefined) throw uploadUnderWay()
  await reserveStorage(manager, actor.organizationId, asked.sizeBytes, quotaBytes)
  await insertUpload(manager, actor, asked, fileId, file.latestVersion + 1)
  await refreshFile(manager, fileId)
  return fileId
}

/** In a transaction; false when the upload had ended before. With it goes a file that has no other version. */
export async function removeUpload(
  manager: EntityManager,
  versionId: string,
  actorId: string | undefined,
  description: string,
): Promise<boolean> {
  const locked = await lockVersion(manager, versionId)
  if (locked === undefined || locked.version.state !== 'UPLOADING') return false
  const { id, fileId, organizationId, version, sizeBytes, objectKey, uploadId } = locked.version
  await rows(manager, 'delete from file_versions where id = $1', [id])
  await removeContent(manager, { objectKey: objectKey ?? quarantineKey(id), uploadId })
  await moveStorage(manager, organizationId, { usedBytes: 0n, reservedBytes: -sizeBytes })
  await writeFileEvent(manager, { fileId, organizationId, version, kind: 'cancelled', actorId, description })
  const [gone] = await rows(
    manager,
    `delete from files where id = $1 and not exists (select from file_versions where file_id = $1) returning id`,
    [fileId],
  )
  if (gone === undefined) await refreshFile(manager, fileId)
  await notifyFile(manager, organizationId, fileId, gone !== undefined)
  return true
}

async function insertUpload(
  manager: EntityManager,
  actor: Actor,
  asked: NewFile,
  fileId: string,
  version: number,
): Promise<void> {
  const { organizationId, userId } = actor
  const id = v7()
  await refuseTooManyUploads(manager, actor)
  await rows(
    manager,
    `insert into file_versions (id, file_id, organization_id, version, state, size_bytes, sha256, media_type, creator_id,
       object_key, part_size_bytes, upload_expire_time, request_id)
     values ($1, $2, $3, $4, 'UPLOADING', $5, $6, $7, $8, $9, $10, now() + make_interval(hours => $11), $12)`,
    [
      id,
      fileId,
      organizationId,
      version,
      asked.sizeBytes,
      asked.sha256 ?? null,
      asked.mediaType,
      userId,
      quarantineKey(id),
      shapeOfUpload(Number(asked.sizeBytes)).partSizeBytes,
      UPLOAD_HOURS,
      asked.requestId ?? null,
    ],
  )
  await writeFileEvent(manager, {
    fileId,
    organizationId,
    version,
    kind: 'created',
    to: 'UPLOADING',
    actorId: userId,
    description: `An upload of ${sizeText(asked.sizeBytes)} was begun.`,
  })
  await notifyFile(manager, organizationId, fileId)
}

/** The organisation's row of its quota is locked by now: of many at a time, as many begin as may. */
async function refuseTooManyUploads(manager: EntityManager, actor: Actor): Promise<void> {
  const [open] = await rows<{ count: number }>(
    manager,
    `select count(*)::int from (
       select from file_versions where organization_id = $1 and creator_id = $2 and state = 'UPLOADING' limit $3
     ) as uploads`,
    [actor.organizationId, actor.userId, OPEN_UPLOADS_MAX],
  )
  if (open !== undefined && open.count >= OPEN_UPLOADS_MAX) throw tooManyUploads(OPEN_UPLOADS_MAX)
}
