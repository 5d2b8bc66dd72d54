import { type Database, rows } from '../sql.ts'
import type { FileState } from './version-state.ts'

/** What was done with a file. */
export type FileEventKind =
  | 'cancelled'
  | 'changed'
  | 'created'
  | 'deleted'
  | 'fetched'
  | 'restored'
  /** Fetched by the operator, for a decision that its organisation is not told of. */
  | 'reviewed'
  | 'shared'
  | 'state'
  | 'trashed'
  | 'unshared'
  | 'used'

export interface NewFileEvent {
  readonly fileId: string
  readonly organizationId: string
  /** Absent for what is about the whole file. */
  readonly version?: number
  readonly kind: FileEventKind
  readonly from?: FileState
  readonly to?: FileState
  /** A user; absent for the system. */
  readonly actorId?: string | undefined
  /** A sentence. */
  readonly description: string
}

/** In the transaction of what was done. */
export async function writeFileEvent(database: Database, event: NewFileEvent): Promise<void> {
  await rows(
    database,
    `insert into file_events
       (file_id, organization_id, version, kind, from_state, to_state, actor_id, description)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      event.fileId,
      event.organizationId,
      event.version ?? null,
      event.kind,
      event.from ?? null,
      event.to ?? null,
      event.actorId ?? null,
      event.description,
    ],
  )
}
