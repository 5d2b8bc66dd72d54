import { type Database, rows } from './sql.ts'

/** The number by which fixes name an organisation; its policy is made when there is none. */
export async function organizationNo(database: Database, organizationId: string): Promise<number> {
  const [known] = await rows<{ no: number }>(
    database,
    'select organization_no as no from location_policies where organization_id = $1',
    [organizationId],
  )
  if (known !== undefined) return known.no
  const [made] = await rows<{ no: number }>(
    database,
    `insert into location_policies (organization_id) values ($1)
     on conflict (organization_id) do update set organization_id = excluded.organization_id
     returning organization_no as no`,
    [organizationId],
  )
  if (made === undefined) throw new Error(`no location policy was made for ${organizationId}`)
  return made.no
}
