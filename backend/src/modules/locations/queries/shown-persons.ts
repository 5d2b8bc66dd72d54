import type { DataSource } from 'typeorm'
import type { SearchScope } from '../connections/index.ts'
import { addShown } from '../looks/index.ts'
import { rows } from '../sql.ts'

export interface ShownPerson {
  readonly id: string
  readonly displayName: string
}

/**
 * Writes down that the look shows these persons, and answers those who may be: no one whose consent was withdrawn, or
 * who was erased, since their fixes were read.
 */
export async function showPersons(
  dataSource: DataSource,
  scope: SearchScope,
  lookId: string,
  personNos: Iterable<number>,
): Promise<ReadonlyMap<number, ShownPerson>> {
  const nos = [...new Set(personNos)]
  if (nos.length === 0) return new Map()
  const found = await rows<{ id: string; person_no: number; display_name: string }>(
    dataSource,
    'select id, person_no, display_name from persons where person_no = any ($1::int4[]) and organization_id = $2',
    [nos, scope.organizationId],
  )
  const shown = await addShown(
    dataSource,
    lookId,
    found.map(({ id }) => id),
  )
  return new Map(
    found
      .filter(({ id }) => shown.has(id))
      .map((row) => [row.person_no, { id: row.id, displayName: row.display_name }]),
  )
}
