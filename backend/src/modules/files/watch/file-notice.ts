import { type Database, rows } from '../sql.ts'

/** PostgreSQL channel that is notified in the transaction of every change of a file. */
export const FILES_CHANNEL = 'fairlead_files'
/** Channel that tells workers of a version that is to be scanned at once; the payload is its id. */
export const FILE_SCANS_CHANNEL = 'fairlead_files_to_scan'

export interface FileNotice {
  readonly organizationId: string
  readonly fileId: string
  readonly deleted: boolean
}

/** Tells whoever watches the organisation's files; in the transaction of the change. */
export async function notifyFile(
  database: Database,
  organizationId: string,
  fileId: string,
  deleted = false,
): Promise<void> {
  await rows(database, 'select pg_notify($1, $2)', [
    FILES_CHANNEL,
    JSON.stringify({ o: organizationId, f: fileId, d: deleted }),
  ])
}

/** Wakes the workers that scan, when the transaction has committed. */
export async function notifyScan(database: Database, versionId: string): Promise<void> {
  await rows(database, 'select pg_notify($1, $2)', [FILE_SCANS_CHANNEL, versionId])
}

/** Undefined for a payload that is not of ours. */
export function parseFileNotice(payload: string): FileNotice | undefined {
  let fields: { o?: unknown; f?: unknown; d?: unknown } | null
  try {
    fields = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { o, f, d } = fields ?? {}
  if (typeof o !== 'string' || typeof f !== 'string') return undefined
  return { organizationId: o, fileId: f, deleted: d === true }
}
