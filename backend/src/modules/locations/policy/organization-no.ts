import { type Database, rows } from '../sql.ts'

/**
 * The number that stands for the organisation in fixes. Its policy, with the defaults, is made when it is first asked
 * for; numbers are never given twice.
 */
export async function organizationNo(database: Database, organizationId: string): Promise<number> {
  for (;;) {
    const [found] = await rows<{ organization_no: number }>(
      database,
      'select organization_no from location_policies where organization_id = $1',
      [organizationId],
    )
    if (found !== undefined) return found.organization_no
    await database.query(
      `insert into location_policies (organization_id) values ($1) on conflict (organization_id) do nothing`,
      [organizationId],
    )
  }
}
