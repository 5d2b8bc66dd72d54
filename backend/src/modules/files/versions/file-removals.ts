import { type Database, rows } from '../sql.ts'

/** Content that no version has any more. */
export interface RemovedContent {
  readonly objectKey: string
  /** Of an upload that has not ended. */
  readonly uploadId?: string | undefined
}

/** In the transaction in which a version loses its content; the store is asked once that has committed. */
export async function removeContent(database: Database, content: RemovedContent): Promise<void> {
  await rows(database, 'insert into file_removals (object_key, upload_id) values ($1, $2)', [
    content.objectKey,
    content.uploadId ?? null,
  ])
}
