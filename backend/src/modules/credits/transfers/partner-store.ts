import { type Database, rows } from '../sql.ts'

export interface TradePartner {
  readonly slug: string
  readonly displayName: string
}

const PARTNERS_MAX = 100

/** Members' organisations but one, by name; those whose name or slug contains the query, in any case. */
export async function findPartners(
  database: Database,
  exceptOrganizationId: string,
  query: string,
): Promise<TradePartner[]> {
  const found = await rows<{ slug: string; display_name: string }>(
    database,
    `select slug, display_name from organizations
     where kind = 'MEMBER' and id <> $1
       and (position(lower($2) in lower(display_name)) > 0 or position(lower($2) in slug) > 0)
     order by lower(display_name), slug limit ${PARTNERS_MAX}`,
    [exceptOrganizationId, query],
  )
  return found.map(({ slug, display_name }) => ({ slug, displayName: display_name }))
}
