import { type Database, rows } from '../sql.ts'
import type { FileState } from '../versions/version-state.ts'
import type { FileEventRecord } from './file-messages.ts'

interface EventRow {
  readonly id: string
  readonly time: Date
  readonly version: number | null
  readonly kind: string
  readonly from_state: FileState | null
  readonly to_state: FileState | null
  readonly actor_id: string | null
  readonly description: string
}

/**
 * As the file's organisation sees them, oldest first; those of one version, and what is about the whole file, where a version is given.
 *
 * @param afterId of the last event of the page before
 */
export async function listFileEvents(
  database: Database,
  of: { readonly organizationId: string; readonly fileId: string; readonly version?: number },
  afterId: string | undefined,
  limit: number,
): Promise<FileEventRecord[]> {
  const found = await rows<EventRow>(
    database,
    `select id, time, version, kind, from_state, to_state, actor_id, description from file_events
     where file_id = $1 and organization_id = $2 and id > $3::bigint and kind <> 'reviewed'
       and ($4::int is null or version is null or version = $4)
     order by id limit $5`,
    [of.fileId, of.organizationId, afterId ?? '0', of.version ?? null, limit],
  )
  return found.map((row) => ({
    id: BigInt(row.id),
    time: row.time,
    version: row.version ?? undefined,
    kind: row.kind,
    from: row.from_state ?? undefined,
    to: row.to_state ?? undefined,
    actorId: row.actor_id ?? undefined,
    description: row.description,
  }))
}
