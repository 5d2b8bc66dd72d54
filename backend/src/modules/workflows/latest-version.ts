import type { EntityManager } from 'typeorm'
import { rows } from './sql.ts'

/** Any numbers, the same in every release: versions of one thing are numbered one after the other. */
const LOCKS = { algorithms: 4_771_101, workflows: 4_771_102 } as const

/** Until the end of the transaction nobody else numbers a version of it. The latest, deleted or not; 0 for none. */
export async function lockVersions(
  manager: EntityManager,
  table: keyof typeof LOCKS,
  organizationId: string,
  slug: string,
): Promise<number> {
  await rows(manager, 'select pg_advisory_xact_lock($1, hashtext($2))', [
    LOCKS[table],
    `${organizationId}/${slug}`,
  ])
  const [row] = await rows<{ version: number }>(
    manager,
    `select coalesce(max(version), 0) as version from ${table} where organization_id = $1 and slug = $2`,
    [organizationId, slug],
  )
  return row?.version ?? 0
}
