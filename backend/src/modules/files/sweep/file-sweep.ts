import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import type { Objects, ObjectUploads } from '../../../ports/objects.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { deleteFile, trashFile } from '../files/file-changes.ts'
import { type FileRecord, type FileRow, fileColumns, fileOf, TRASH_DAYS } from '../files/file-record.ts'
import { rows } from '../sql.ts'
import { removeUpload } from '../uploads/upload-rows.ts'
import { QUARANTINE_PREFIX } from '../versions/file-keys.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import { notifyFile } from '../watch/file-notice.ts'
import { checkStorage, orphans } from './check-storage.ts'

export interface FileSweepOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly removals: FileRemovals
  readonly log: Logger
}

const DUE_MS = 60_000
/** How often a worker asks whether the check of the whole store, once a day, is due. */
const CHECK_MS = 600_000
/** Uploads that the store knows and the table does not are given up when they are older: they may be beginning. */
const STRAY_HOURS = 48
const BATCH = 100

/** What the clock brings to files: uploads that went stale, expiry, the end of the trash, and what was left behind. */
export function fileSweep(options: FileSweepOptions): WorkerPart {
  const { log, removals } = options
  const repetitions: Repetition[] = []
  return {
    async start() {
      repetitions.push(
        repeatedly({ name: 'what is due with files', intervalMs: DUE_MS, log }, () => sweepDue(options)),
        repeatedly({ name: 'the check of stored files', intervalMs: CHECK_MS, log }, async () => {
          if (await claimCheck(options.dataSource)) await sweepStore(options)
        }),
      )
    },
    async stop() {
      await Promise.all(repetitions.map((each) => each.stop()))
      await removals.close()
    },
    healthy: () => true,
  }
}

/** Everything whose time has come, once. */
export async function sweepDue({ dataSource, removals, log }: FileSweepOptions): Promise<void> {
  await each(dataSource, staleUploads, (manager, { id }) =>
    removeUpload(manager, id, undefined, 'The upload was given up: nothing arrived for a day.'),
  )
  await each(dataSource, expiredFiles, (manager, { id }) =>
    withFile(manager, id, log, (file) =>
      trashFile(manager, file, undefined, 'Its time had come: it expired.'),
    ),
  )
  await each(dataSource, oldTrash, (manager, { id }) =>
    withFile(manager, id, log, (file) =>
      deleteFile(manager, file, undefined, `It was in the trash for ${TRASH_DAYS} days.`),
    ),
  )
  await removals.run()
}

/** Deletes what belongs to no version, and tells what else does not hold. */
export async function sweepStore(options: FileSweepOptions & { readonly before?: Date }): Promise<string[]> {
  const { dataSource, objects, uploads, log } = options
  for await (const { key } of orphans(options)) {
    await objects.delete(key)
    log.warn({ key }, 'an object that belonged to no version was deleted')
  }
  const old = options.before ?? new Date(Date.now() - STRAY_HOURS * 3_600_000)
  for await (const upload of uploads.listUploads(QUARANTINE_PREFIX, old)) {
    const [known] = await rows(dataSource, 'select from file_versions where upload_id = $1', [
      upload.uploadId,
    ])
    if (known !== undefined) continue
    await uploads.abortUpload(upload)
    log.warn({ key: upload.key }, 'an upload that belonged to no version was given up')
  }
  const problems = await checkStorage(options)
  for (const problem of problems) log.error({ problem }, 'what is stored of files does not add up')
  return problems
}

/** Whether it is due, which one worker is told. */
async function claimCheck(dataSource: DataSource): Promise<boolean> {
  const claimed = await rows(
    dataSource,
    `update file_store_checks set time = now() where time < now() - interval '1 day' returning time`,
    [],
  )
  return claimed.length > 0
}

type Due = { readonly id: string }

/* Those that cannot go, because something needs them, are no reason to come back to them again and again. */
const staleUploads = `select id from file_versions where state = 'UPLOADING' and upload_expire_time < now() limit $1`
const expiredFiles = `select id from files where expire_time < now() and trash_time is null
  and not exists (select from file_uses where file_id = files.id) limit $1`
const oldTrash = `select id from files where trash_time < now() - make_interval(days => ${TRASH_DAYS})
  and not exists (select from file_uses where file_id = files.id) limit $1`

async function each(
  dataSource: DataSource,
  sql: string,
  work: (manager: EntityManager, due: Due) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const due = await rows<Due>(dataSource, sql, [BATCH])
    for (const one of due) await inTransaction(dataSource, (manager) => work(manager, one))
    if (due.length < BATCH) return
  }
}

async function withFile(
  manager: EntityManager,
  fileId: string,
  log: Logger,
  work: (file: FileRecord) => Promise<void>,
): Promise<void> {
  const [row] = await rows<FileRow>(manager, `select ${fileColumns} from files where id = $1 for update`, [
    fileId,
  ])
  if (row === undefined) return
  const file = fileOf(row)
  try {
    await work(file)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    log.info({ fileId, reason: error.reason }, 'a file stays, as something needs it')
    return
  }
  const [left] = await rows(manager, 'select from files where id = $1', [fileId])
  await notifyFile(manager, file.organizationId, fileId, left === undefined)
}
