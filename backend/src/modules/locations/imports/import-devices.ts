import type { NamedRow } from '../page-by-name.ts'
import { type Database, rows } from '../sql.ts'

/** How rows of a file name a device; not whose it is. */
export interface ImportDevice extends NamedRow {
  /** Empty for none. */
  readonly externalId: string
}

/** By display name. */
export function listImportDevices(
  database: Database,
  organizationId: string,
  search: string,
  after: NamedRow | undefined,
  limit: number,
): Promise<ImportDevice[]> {
  return rows<ImportDevice>(
    database,
    `select id, display_name as "displayName", coalesce(external_id, '') as "externalId" from devices
     where organization_id = $1 and (display_name ilike $2 or external_id ilike $2)
       and ($3::text is null or (display_name, id) > ($3, $4::uuid))
     order by display_name, id limit $5`,
    [
      organizationId,
      `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
      after?.displayName ?? null,
      after?.id ?? null,
      limit,
    ],
  )
}
