import { type Database, rows } from '../sql.ts'

/** Where a page ended. */
export interface StoragePosition {
  readonly usedBytes: string
  readonly slug: string
}

export interface StoringOrganization {
  readonly id: string
  readonly slug: string
  readonly displayName: string
}

/** Organisations by how much room they take, most first; those without files too. */
export async function listStoring(
  database: Database,
  after: StoragePosition | undefined,
  limit: number,
): Promise<{ organizations: readonly StoringOrganization[]; next: StoragePosition | undefined }> {
  const found = await rows<{ id: string; slug: string; display_name: string; used_bytes: string }>(
    database,
    `with storing as (
       select id, slug, display_name, coalesce(used_bytes, 0) as used_bytes
       from organizations left join storage_quotas on organization_id = id
     )
     select id, slug, display_name, used_bytes::text from storing
     where $1::bigint is null or used_bytes < $1 or (used_bytes = $1 and slug > $2)
     order by storing.used_bytes desc, slug limit $3`,
    [after?.usedBytes ?? null, after?.slug ?? null, limit + 1],
  )
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    organizations: page.map(({ id, slug, display_name }) => ({ id, slug, displayName: display_name })),
    next:
      found.length > limit && last !== undefined
        ? { usedBytes: last.used_bytes, slug: last.slug }
        : undefined,
  }
}

/** It holds for uploads that begin from then on. */
export async function setQuota(
  database: Database,
  organizationId: string,
  quotaBytes: bigint,
): Promise<void> {
  await rows(
    database,
    `insert into storage_quotas (organization_id, quota_bytes) values ($1, $2)
     on conflict (organization_id) do update set quota_bytes = excluded.quota_bytes, update_time = now()`,
    [organizationId, quotaBytes.toString()],
  )
}
