import { type Database, rows } from '../sql.ts'

export interface ForgottenPerson {
  readonly organizationId: string
  readonly displayName: string
  readonly externalId: string | undefined
  readonly deviceIds: readonly string[]
  readonly deviceExternalIds: readonly string[]
}

/** A shorter name is a part of too many others. */
const NAME_MIN_LENGTH = 3

/**
 * Takes out of imports what they tell of a person: the names of files that were theirs alone or are called after them,
 * and rows of their devices that were rejected. To be called while the devices are still there.
 */
export async function forgetPerson(database: Database, person: ForgottenPerson): Promise<void> {
  const { organizationId, displayName, externalId, deviceIds, deviceExternalIds } = person
  const names = [displayName, externalId ?? '', ...deviceExternalIds]
  await rows(
    database,
    `update fix_imports set file_name = '-', rejections = '[]', device_id = null
     where organization_id = $1 and device_id = any ($2::uuid[])`,
    [organizationId, deviceIds],
  )
  await rows(
    database,
    `update fix_imports set file_name = '-' where organization_id = $1 and exists (
       select from unnest($2::text[]) as names (name) where position(lower(name) in lower(file_name)) > 0)`,
    [organizationId, names.filter((name) => name.length >= NAME_MIN_LENGTH)],
  )
  await rows(
    database,
    `update fix_imports set rejections = (
       select coalesce(jsonb_agg(rejection order by place), '[]')
       from jsonb_array_elements(rejections) with ordinality as listed (rejection, place)
       where rejection ->> 'device' <> all ($2::text[]))
     where organization_id = $1 and rejections <> '[]'::jsonb
       and exists (select from jsonb_array_elements(rejections) as listed (rejection)
         where rejection ->> 'device' = any ($2::text[]))`,
    [organizationId, [...deviceIds, ...deviceExternalIds]],
  )
}
