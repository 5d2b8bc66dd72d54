import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'

export interface DescribedPurpose {
  readonly slug: string
  readonly displayName: string
  readonly description: string
}

export async function listPurposes(database: Database, organizationId: string): Promise<DescribedPurpose[]> {
  const found = await rows<{ slug: string; display_name: string; description: string }>(
    database,
    `select slug, display_name, description from location_purposes where organization_id = $1
     order by display_name, slug`,
    [organizationId],
  )
  return found.map(({ slug, display_name, description }) => ({
    slug,
    displayName: display_name,
    description,
  }))
}

/** Holds back other creations of the same organisation until the transaction ends; its policy exists. */
export async function countPurposesLocked(database: Database, organizationId: string): Promise<number> {
  await rows(database, 'select from location_policies where organization_id = $1 for no key update', [
    organizationId,
  ])
  const [row] = await rows<{ count: number }>(
    database,
    'select count(*)::int as count from location_purposes where organization_id = $1',
    [organizationId],
  )
  return row?.count ?? 0
}

/** False when the organisation has one of that slug. */
export async function insertPurpose(
  database: Database,
  organizationId: string,
  { slug, displayName, description }: DescribedPurpose,
): Promise<boolean> {
  const made = await rows(
    database,
    `insert into location_purposes (id, organization_id, slug, display_name, description)
     values ($1, $2, $3, $4, $5) on conflict (organization_id, slug) do nothing returning id`,
    [v7(), organizationId, slug, displayName, description],
  )
  return made.length > 0
}
