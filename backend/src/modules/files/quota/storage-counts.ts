import type { DataSource } from 'typeorm'
import type { StorageCounts } from '../files/file-messages.ts'
import { rows } from '../sql.ts'
import { readStorage } from './storage-quota.ts'

/** Bytes of the results of an organisation's jobs, told by who keeps them. */
export type ResultBytes = (organizationId: string) => Promise<bigint>

/** What an organisation's files take, for people. */
export async function storageCounts(
  dataSource: DataSource,
  organizationId: string,
  defaultQuotaBytes: bigint,
  resultBytes: ResultBytes,
): Promise<StorageCounts> {
  const [figures, [counted], results] = await Promise.all([
    readStorage(dataSource, organizationId, defaultQuotaBytes),
    rows<{ file_count: string; trashed_bytes: string }>(
      dataSource,
      `select (select count(*) from files where organization_id = $1 and trash_time is null) as file_count,
         (select coalesce(sum(file_versions.size_bytes), 0) from files join file_versions on file_id = files.id
          where files.organization_id = $1 and trash_time is not null and file_versions.object_key is not null
            and file_versions.state <> 'UPLOADING') as trashed_bytes`,
      [organizationId],
    ),
    resultBytes(organizationId),
  ])
  return {
    ...figures,
    resultBytes: results,
    fileCount: BigInt(counted?.file_count ?? 0),
    trashedBytes: BigInt(counted?.trashed_bytes ?? 0),
  }
}
