import { type Database, rows } from '../sql.ts'

export interface ForgottenDevices {
  readonly organizationId: string
  readonly deviceIds: readonly string[]
  readonly deviceExternalIds: readonly string[]
}

/**
 * Takes out of imports what they tell of devices: the names of files that were theirs alone, and rows that were
 * rejected. To be called while the devices are still there.
 */
export async function forgetDevices(database: Database, devices: ForgottenDevices): Promise<void> {
  const { organizationId, deviceIds, deviceExternalIds } = devices
  await rows(
    database,
    `update fix_imports set file_name = '-', rejections = '[]', device_id = null
     where organization_id = $1 and device_id = any ($2::uuid[])`,
    [organizationId, deviceIds],
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
