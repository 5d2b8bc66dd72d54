import { v7 as uuid } from 'uuid'
import { type Database, rows } from '../sql.ts'

/**
 * Makes a device for each external id that there is none for, and a person of the same external id where there is no
 * such person either. Whoever makes the same at the same time makes them once.
 *
 * @returns how many devices it made
 */
export async function addMissingDevices(
  database: Database,
  organizationId: string,
  externalIds: readonly string[],
): Promise<number> {
  // One order for all, so that two who make the same ones do not wait for each other.
  const names = [...new Set(externalIds)].sort()
  await rows(
    database,
    `insert into persons (id, organization_id, display_name, external_id)
     select made.id, $1, made.name, made.name from unnest($2::uuid[], $3::text[]) as made (id, name)
     on conflict (organization_id, external_id) do nothing`,
    [organizationId, names.map(() => uuid()), names],
  )
  const made = await rows(
    database,
    `insert into devices (id, organization_id, person_id, display_name, external_id)
     select made.id, $1, persons.id, made.name, made.name
     from unnest($2::uuid[], $3::text[]) as made (id, name)
     join persons on persons.organization_id = $1 and persons.external_id = made.name
     on conflict (organization_id, external_id) do nothing returning 1`,
    [organizationId, names.map(() => uuid()), names],
  )
  return made.length
}
