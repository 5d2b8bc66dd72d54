import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Objects, ObjectUploads } from '../../../ports/objects.ts'
import { type Database, rows } from '../sql.ts'

/** Content that no version has any more. */
export interface RemovedContent {
  readonly objectKey: string
  /** Of an upload that has not ended. */
  readonly uploadId?: string | undefined
}

/** Someone who took a removal up and did not end it is given so long. */
const RETRY_S = 60
const BATCH = 100

/** In the transaction in which a version loses its content; the store is asked once that has committed. */
export async function removeContent(database: Database, content: RemovedContent): Promise<void> {
  await rows(database, 'insert into file_removals (object_key, upload_id) values ($1, $2)', [
    content.objectKey,
    content.uploadId ?? null,
  ])
}

export interface FileRemovalsOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly log: Logger
}

/** Deletes what was removed from the store: at once where someone asks, and whatever is left by the sweep. */
export class FileRemovals {
  readonly #options: FileRemovalsOptions
  #running: Promise<void> | undefined
  #again = false

  constructor(options: FileRemovalsOptions) {
    this.#options = options
  }

  /** Begins without waiting: what cannot be deleted now, the sweep deletes. */
  soon(): void {
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#running = this.run()
      .catch((error) => {
        this.#options.log.warn({ err: error }, 'removed content was not deleted; it is tried again')
      })
      .finally(() => {
        this.#running = undefined
        if (!this.#again) return
        this.#again = false
        this.soon()
      })
  }

  /** Deletes all that is due. Throws when the store does not, after having tried the others. */
  async run(): Promise<void> {
    const failures: unknown[] = []
    for (;;) {
      const due = await this.#take()
      for (const removal of due) {
        try {
          await this.#remove(removal)
        } catch (error) {
          failures.push(error)
        }
      }
      if (due.length < BATCH) break
    }
    if (failures.length > 0) throw new AggregateError(failures, 'the store did not delete everything')
  }

  /** Waits for what soon() began. */
  async close(): Promise<void> {
    this.#again = false
    await this.#running
  }

  /** An upload that is given up may be one whose completion runs: its object goes after it. */
  async #remove({ id, object_key: key, upload_id: uploadId }: RemovalRow): Promise<void> {
    const { dataSource, objects, uploads } = this.#options
    if (uploadId !== null) await uploads.abortUpload({ key, uploadId })
    await objects.delete(key)
    await rows(dataSource, 'delete from file_removals where id = $1', [id])
  }

  async #take(): Promise<RemovalRow[]> {
    return rows<RemovalRow>(
      this.#options.dataSource,
      `update file_removals set retry_time = now() + make_interval(secs => $1)
       where id in (
         select id from file_removals where retry_time <= now() order by id limit $2 for update skip locked)
       returning id, object_key, upload_id`,
      [RETRY_S, BATCH],
    )
  }
}

interface RemovalRow {
  readonly id: string
  readonly object_key: string
  readonly upload_id: string | null
}
