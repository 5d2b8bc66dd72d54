import { DomainError } from '../../../errors/domain-error.ts'
import { sizeText } from '../files/size-text.ts'
import { type Database, rows } from '../sql.ts'

/** What an organisation's files take, all in bytes. */
export interface StorageFigures {
  readonly quotaBytes: bigint
  /** Of versions whose content is kept. */
  readonly usedBytes: bigint
  /** Of uploads that have not ended. */
  readonly reservedBytes: bigint
}

interface QuotaRow {
  readonly quota_bytes: string
  readonly used_bytes: string
  readonly reserved_bytes: string
}

/**
 * Sets room aside for an upload, by one conditional update: of many at a time, as many get it as fit.
 *
 * @throws DomainError RESOURCE_EXHAUSTED that tells the quota and what is left of it
 */
export async function reserveStorage(
  database: Database,
  organizationId: string,
  sizeBytes: bigint,
  defaultQuotaBytes: bigint,
): Promise<void> {
  await rows(
    database,
    `insert into storage_quotas (organization_id, quota_bytes) values ($1, $2) on conflict do nothing`,
    [organizationId, defaultQuotaBytes],
  )
  const reserved = await rows(
    database,
    `update storage_quotas set reserved_bytes = reserved_bytes + $2, update_time = now()
     where organization_id = $1 and used_bytes + reserved_bytes + $2::bigint <= quota_bytes
     returning organization_id`,
    [organizationId, sizeBytes],
  )
  if (reserved.length > 0) return
  throw quotaExceeded(sizeBytes, await readStorage(database, organizationId, defaultQuotaBytes))
}

/** Moves what an organisation's files take by differences, which may be negative. */
export async function moveStorage(
  database: Database,
  organizationId: string,
  by: { readonly usedBytes: bigint; readonly reservedBytes: bigint },
): Promise<void> {
  if (by.usedBytes === 0n && by.reservedBytes === 0n) return
  await rows(
    database,
    `update storage_quotas set used_bytes = used_bytes + $2, reserved_bytes = reserved_bytes + $3,
       update_time = now()
     where organization_id = $1`,
    [organizationId, by.usedBytes, by.reservedBytes],
  )
}

/** The default quota and nothing used where nothing was ever uploaded. */
export async function readStorage(
  database: Database,
  organizationId: string,
  defaultQuotaBytes: bigint,
): Promise<StorageFigures> {
  const [row] = await rows<QuotaRow>(
    database,
    'select quota_bytes, used_bytes, reserved_bytes from storage_quotas where organization_id = $1',
    [organizationId],
  )
  if (row === undefined) return { quotaBytes: defaultQuotaBytes, usedBytes: 0n, reservedBytes: 0n }
  return {
    quotaBytes: BigInt(row.quota_bytes),
    usedBytes: BigInt(row.used_bytes),
    reservedBytes: BigInt(row.reserved_bytes),
  }
}

function quotaExceeded(sizeBytes: bigint, figures: StorageFigures): DomainError {
  const { quotaBytes, usedBytes, reservedBytes } = figures
  const room = quotaBytes - usedBytes - reservedBytes
  const left = room > 0n ? room : 0n
  const description = `${sizeText(sizeBytes)} do not fit: of the organisation's quota of ${sizeText(quotaBytes)}, ${sizeText(left)} are left (${sizeText(usedBytes)} used, ${sizeText(reservedBytes)} set aside for uploads). Delete files for good, or ask the operator for more.`
  return new DomainError('RESOURCE_EXHAUSTED', 'STORAGE_QUOTA_EXCEEDED', `size_bytes: ${description}`, {
    violations: [{ field: 'size_bytes', description }],
    metadata: { quota_bytes: String(quotaBytes), left_bytes: String(left) },
  })
}
