import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { invalidField } from '../../../errors/domain-error.ts'
import { moveStorage } from '../quota/storage-quota.ts'
import { rows } from '../sql.ts'
import { removeUpload } from '../uploads/upload-rows.ts'
import { reservedBytes, usedBytes } from '../versions/change-version.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { type FileRemovals, removeContent } from '../versions/file-removals.ts'
import { type FileVersionRow, versionColumns, versionOf } from '../versions/file-version.ts'
import { notifyFile } from '../watch/file-notice.ts'
import { type Actor, isEntitled } from './actor.ts'
import { parseDescription, parseFileName, parseFolder, parseTags, sortName, wordsOf } from './file-name.ts'
import { type FileRecord, readFile, readUploading } from './file-record.ts'
import { usesOf } from './file-uses.ts'
import { fileInTrash, fileInUse, fileNotFound, fileNotInTrash, notYourFile } from './files-errors.ts'

export const updatePaths = ['display_name', 'folder', 'tags', 'description', 'expire_time'] as const

export interface FileUpdate {
  readonly displayName: string
  readonly folder: string
  readonly tags: readonly string[]
  readonly description: string
  readonly expireTime: Date | undefined
}

const TAGS_MAX = 20
const TAG_BYTES = 60
const DESCRIPTION_CHARACTERS = 2000

/** What people change of files that are there. */
export class FileChanges {
  readonly #dataSource: DataSource
  readonly #removals: FileRemovals

  constructor(dataSource: DataSource, removals: FileRemovals) {
    this.#dataSource = dataSource
    this.#removals = removals
  }

  async update(
    actor: Actor,
    fileId: string,
    update: FileUpdate,
    paths: ReadonlySet<(typeof updatePaths)[number]>,
  ): Promise<void> {
    await this.#change(actor, fileId, async (manager, file) => {
      if (file.trashTime !== undefined) throw fileInTrash()
      const next = {
        displayName: paths.has('display_name')
          ? parseFileName(update.displayName, 'file.display_name')
          : file.displayName,
        folder: paths.has('folder') ? parseFolder(update.folder, 'file.folder') : file.folder,
        tags: paths.has('tags') ? checkTags(update.tags) : file.tags,
        description: paths.has('description') ? checkDescription(update.description) : file.description,
        expireTime: paths.has('expire_time') ? checkExpiry(update.expireTime) : file.expireTime,
      }
      await rows(
        manager,
        `update files set display_name = $2, folder = $3, tags = $4, description = $5, expire_time = $6, sort_name = $7,
           words = array_to_tsvector($8), update_time = now()
         where id = $1`,
        [
          file.id,
          next.displayName,
          next.folder,
          next.tags,
          next.description,
          next.expireTime ?? null,
          sortName(next.displayName),
          wordsOf(next.displayName, next.folder, ...next.tags, next.description),
        ],
      )
      await writeFileEvent(manager, {
        fileId,
        organizationId: file.organizationId,
        kind: 'changed',
        actorId: actor.userId,
        description: changeText(file, next, paths),
      })
    })
  }

  /** Into the trash; an upload that goes on is given up, and with it a file that has nothing else. */
  async trash(actor: Actor, fileId: string): Promise<void> {
    await this.#change(actor, fileId, async (manager, file) => {
      if (file.trashTime !== undefined) return
      await trashFile(manager, file, actor.userId, 'It was put into the trash.')
    })
    this.#removals.soon()
  }

  async restore(actor: Actor, fileId: string): Promise<void> {
    await this.#change(actor, fileId, async (manager, file) => {
      if (file.trashTime === undefined) throw fileNotInTrash()
      await rows(
        manager,
        `update files set trash_time = null, update_time = now(),
           expire_time = case when expire_time > now() then expire_time end
         where id = $1`,
        [fileId],
      )
      await writeFileEvent(manager, {
        fileId,
        organizationId: file.organizationId,
        kind: 'restored',
        actorId: actor.userId,
        description: 'It was taken out of the trash.',
      })
    })
  }

  /** For good, with all its versions. */
  async delete(actor: Actor, fileId: string): Promise<void> {
    await this.#change(actor, fileId, (manager, file) =>
      deleteFile(manager, file, actor.userId, 'It was deleted for good.'),
    )
    this.#removals.soon()
  }

  async #change(
    actor: Actor,
    fileId: string,
    work: (manager: EntityManager, file: FileRecord) => Promise<void>,
  ): Promise<void> {
    await inTransaction(this.#dataSource, async (manager) => {
      const file = await readFile(manager, actor.organizationId, fileId, 'for update')
      if (file === undefined) throw fileNotFound()
      if (!isEntitled(actor, file)) throw notYourFile()
      await work(manager, file)
      const left = await readFile(manager, actor.organizationId, fileId)
      await notifyFile(manager, file.organizationId, fileId, left === undefined)
    })
  }
}

/** In a transaction that has locked the file. */
export async function trashFile(
  manager: EntityManager,
  file: FileRecord,
  actorId: string | undefined,
  description: string,
): Promise<void> {
  const { id: fileId, organizationId } = file
  await refuseUsed(manager, file)
  const uploading = await readUploading(manager, fileId)
  if (uploading !== undefined) {
    await removeUpload(manager, uploading.id, actorId, 'The upload ended with its file, which was deleted.')
  }
  const [trashed] = await rows(
    manager,
    'update files set trash_time = now(), update_time = now() where id = $1 returning id',
    [fileId],
  )
  if (trashed === undefined) return
  await writeFileEvent(manager, { fileId, organizationId, kind: 'trashed', actorId, description })
}

/** In a transaction that has locked the file. */
export async function deleteFile(
  manager: EntityManager,
  file: FileRecord,
  actorId: string | undefined,
  description: string,
): Promise<void> {
  const { id: fileId, organizationId } = file
  await refuseUsed(manager, file)
  const versions = await rows<FileVersionRow>(
    manager,
    `select ${versionColumns} from file_versions where file_id = $1 order by version for update`,
    [fileId],
  )
  let [used, reserved] = [0n, 0n]
  for (const version of versions.map(versionOf)) {
    used += usedBytes(version)
    reserved += reservedBytes(version)
    const { objectKey, uploadId } = version
    if (objectKey !== undefined) await removeContent(manager, { objectKey, uploadId })
  }
  await moveStorage(manager, organizationId, { usedBytes: -used, reservedBytes: -reserved })
  await rows(manager, 'delete from files where id = $1', [fileId])
  await writeFileEvent(manager, { fileId, organizationId, kind: 'deleted', actorId, description })
}

async function refuseUsed(manager: EntityManager, file: FileRecord): Promise<void> {
  const uses = await usesOf(manager, file.id)
  if (uses.length > 0) throw fileInUse(uses)
}

function checkTags(tags: readonly string[]): string[] {
  const parsed = parseTags(tags, 'file.tags')
  if (parsed.length > TAGS_MAX) throw invalidField('file.tags', `are more than ${TAGS_MAX}.`)
  for (const tag of parsed) {
    if (Buffer.byteLength(tag) > TAG_BYTES)
      throw invalidField(
        'file.tags',
        `"${tag.slice(0, 20)}" and the rest of it is longer than ${TAG_BYTES} bytes.`,
      )
  }
  return parsed
}

function checkDescription(description: string): string {
  if (description.length > DESCRIPTION_CHARACTERS)
    throw invalidField('file.description', `is longer than ${DESCRIPTION_CHARACTERS} characters.`)
  return parseDescription(description)
}

function checkExpiry(time: Date | undefined): Date | undefined {
  if (time !== undefined && time.getTime() <= Date.now())
    throw invalidField(
      'file.expire_time',
      'is not in the future. Choose a later time, or leave it out for never.',
    )
  return time
}

function changeText(
  before: FileRecord,
  after: FileUpdate,
  paths: ReadonlySet<(typeof updatePaths)[number]>,
): string {
  if (before.displayName !== after.displayName) return `It was renamed: it was "${before.displayName}".`
  if (before.folder !== after.folder) {
    return `It was moved to ${after.folder === '' ? 'the top' : `"${after.folder}"`}.`
  }
  return `Its ${[...paths].join(', ').replaceAll('_', ' ')} changed.`
}
